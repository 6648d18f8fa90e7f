import AWSCore

/// An answer that a `CurlTransport` is fetching. Dropping the exchange gives it up.
final class CurlExchange: HTTPExchange {
    private let transport: CurlTransport
    private let transfer: CurlTransfer

    init(transport: CurlTransport, transfer: CurlTransfer) {
        self.transport = transport
        self.transfer = transfer
    }

    deinit { cancel() }

    func head() throws(TransportError) -> HTTPResponseHead {
        try transport.drive(transfer) { $0.isHeadComplete }
        if transfer.isHeadComplete, transfer.failure?.kind != .cancelled { return transfer.head }
        throw transfer.failure
            ?? TransportError(.truncated, peer: transfer.peer, detail: "the answer has no status line")
    }

    func next() throws(TransportError) -> [UInt8]? {
        if !transfer.hasReceived {
            try transport.drive(transfer) { $0.hasReceived }
        }
        if transfer.hasReceived { return transfer.takeReceived() }
        if let failure = transfer.failure { throw failure }
        return nil
    }

    func cancel() {
        transport.abandon(
            transfer,
            TransportError(.cancelled, peer: transfer.peer, detail: "given up by the caller")
        )
    }
}
