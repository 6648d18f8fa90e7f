#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A connection on its way from a list of addresses to an open, perhaps encrypted, byte stream. Nothing here
/// waits: `advance` and `receive` do what is possible now, `pollEvents` says what to wait for.
final class SocketConnection {
    private enum Phase { case connecting, handshaking, open }

    enum Received {
        case bytes(Int)
        case wouldWait
        /// - Parameter clean: whether the peer meant to end here; over TLS an end can be forged.
        case closed(clean: Bool)
        case failed(String)
    }

    let peer: String
    private var phase = Phase.connecting
    private var addresses: ArraySlice<SocketAddress>
    private var socket: Socket
    private let tls: TLSSession?
    /// The request that is being sent, and how much of it has been handed on.
    private var request: [UInt8] = []
    private var handedOn = 0
    /// Encrypted bytes that the kernel has not taken.
    private var encrypted: [UInt8] = []
    private var encryptedSent = 0
    private(set) var writeFailure: String?
    /// When the next address is tried; `nil` once connected or at the last one.
    private(set) var nextAddressAt: MonotonicInstant?
    private(set) var idleSince = MonotonicInstant.now()

    /// How long one address of several may take: a black hole must not eat the whole timeout.
    private static let addressTimeout: Duration = .seconds(3)
    /// Bytes encrypted at a time, so that a large body is not held twice.
    private static let encryptionStep = 256 * 1024

    init(_ addresses: [SocketAddress], tls: TLSSession?, peer: String) throws(TransportError) {
        self.peer = peer
        self.tls = tls
        self.addresses = addresses[...]
        socket = try Self.open(&self.addresses, peer: peer, pending: &nextAddressAt)
    }

    var descriptor: Int32 { socket.descriptor }

    var isConnected: Bool { phase == .open }

    /// Whether the kernel has the whole request.
    var isSent: Bool {
        phase == .open && handedOn == request.count && encryptedSent == encrypted.count
    }

    /// Whether there is anything left to send; a failed write ends sending.
    var isSending: Bool { writeFailure == nil && !isSent }

    var pollEvents: Int16 {
        switch phase {
        case .connecting: Int16(POLLOUT)
        case .handshaking: Int16(POLLIN) | (encryptedSent < encrypted.count ? Int16(POLLOUT) : 0)
        case .open: Int16(POLLIN) | (isSending ? Int16(POLLOUT) : 0)
        }
    }

    func send(_ bytes: [UInt8]) {
        request = bytes
        handedOn = 0
    }

    func becameIdle() {
        request = []
        handedOn = 0
        idleSince = .now()
    }

    /// Connects, shakes hands and writes, as far as it goes now.
    func advance(_ scratch: UnsafeMutableRawBufferPointer) throws(TransportError) {
        if phase == .connecting { try advanceConnecting() }
        if phase == .handshaking, let tls { try advanceHandshake(tls, scratch) }
        if phase == .open { try advanceWriting() }
    }

    private func advanceConnecting() throws(TransportError) {
        while true {
            switch socket.connectionOutcome() {
            case .wouldWait:
                guard let limit = nextAddressAt, MonotonicInstant.now() >= limit else { return }
            case .failed(let reason):
                guard !addresses.isEmpty else { throw TransportError(.connect, peer: peer, detail: reason) }
            case .done, .closed:
                phase = tls == nil ? .open : .handshaking
                nextAddressAt = nil
                return
            }
            socket = try Self.open(&addresses, peer: peer, pending: &nextAddressAt)
        }
    }

    /// Begins connecting to the first address that takes it.
    private static func open(
        _ addresses: inout ArraySlice<SocketAddress>,
        peer: String,
        pending: inout MonotonicInstant?
    ) throws(TransportError) -> Socket {
        var reason = "no address"
        while let address = addresses.popFirst() {
            guard let socket = Socket(family: address.family) else {
                reason = Socket.text(errno)
                continue
            }
            if case .failed(let text) = socket.connect(to: address) {
                reason = text
                continue
            }
            pending = addresses.isEmpty ? nil : MonotonicInstant.now().advanced(by: addressTimeout)
            return socket
        }
        throw TransportError(.connect, peer: peer, detail: reason)
    }

    private func advanceHandshake(
        _ tls: TLSSession,
        _ scratch: UnsafeMutableRawBufferPointer
    ) throws(TransportError) {
        while true {
            let outcome = tls.handshake()
            tls.takeOutput(&encrypted)
            try flushEncrypted(kind: .tls)
            switch outcome {
            case .done:
                phase = .open
                return
            case .failed(let error): throw error
            case .closed: throw TransportError(.tls, peer: peer, detail: "the handshake was ended")
            case .needsInput:
                switch socket.receive(into: scratch) {
                case .done(let count): tls.feed(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
                case .wouldWait: return
                case .closed: throw TransportError(.tls, peer: peer, detail: "closed during the handshake")
                case .failed(let reason): throw TransportError(.tls, peer: peer, detail: reason)
                }
            }
        }
    }

    private func advanceWriting() throws(TransportError) {
        guard writeFailure == nil else { return }
        if let tls {
            while true {
                try flushEncrypted(kind: nil)
                guard encrypted.isEmpty, writeFailure == nil, handedOn < request.count else { return }
                let end = min(request.count, handedOn + Self.encryptionStep)
                let range = handedOn..<end
                try request.withUnsafeBytesTyped { bytes throws(TransportError) in
                    try tls.encrypt(UnsafeRawBufferPointer(rebasing: bytes[range]))
                }
                handedOn = end
                tls.takeOutput(&encrypted)
            }
        }
        while handedOn < request.count, writeFailure == nil {
            let outcome = request.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[handedOn...])) }
            switch outcome {
            case .done(let count): handedOn += count
            case .wouldWait: return
            // The peer may have answered before it stopped reading: the answer is read before this counts.
            case .failed(let reason): writeFailure = reason
            case .closed: return
            }
        }
    }

    /// - Parameter kind: what a failure is thrown as; `nil` to note it in `writeFailure`.
    private func flushEncrypted(kind: TransportError.Kind?) throws(TransportError) {
        while encryptedSent < encrypted.count {
            let outcome = encrypted.withUnsafeBytes {
                socket.send(UnsafeRawBufferPointer(rebasing: $0[encryptedSent...]))
            }
            switch outcome {
            case .done(let count): encryptedSent += count
            case .wouldWait, .closed: return
            case .failed(let reason):
                if let kind { throw TransportError(kind, peer: peer, detail: reason) }
                writeFailure = reason
                return
            }
        }
        encrypted.removeAll(keepingCapacity: true)
        encryptedSent = 0
    }

    /// Reads what is there now into `bytes`.
    func receive(
        into bytes: UnsafeMutableRawBufferPointer,
        scratch: UnsafeMutableRawBufferPointer
    ) -> Received {
        guard let tls else {
            switch socket.receive(into: bytes) {
            case .done(let count): return .bytes(count)
            case .wouldWait: return .wouldWait
            case .closed: return .closed(clean: true)
            case .failed(let reason): return .failed(reason)
            }
        }
        while true {
            switch tls.decrypt(into: bytes) {
            case .done(let count): return .bytes(count)
            case .closed: return .closed(clean: true)
            case .failed(let error): return .failed(error.detail)
            case .needsInput:
                switch socket.receive(into: scratch) {
                case .done(let count): tls.feed(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
                case .wouldWait:
                    // A key update of the peer's asks for an answer.
                    tls.takeOutput(&encrypted)
                    return .wouldWait
                case .closed: return .closed(clean: false)
                case .failed(let reason): return .failed(reason)
                }
            }
        }
    }
}

extension [UInt8] {
    fileprivate func withUnsafeBytesTyped(
        _ body: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) throws(TransportError) {
        var failure: TransportError?
        withUnsafeBytes { bytes in
            do throws(TransportError) {
                try body(bytes)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
