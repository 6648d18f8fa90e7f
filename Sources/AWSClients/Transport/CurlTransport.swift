package import AWSCore
import CCurl

/// HTTP/1.1 through libcurl: one pool of connections, kept alive between exchanges, driven by whoever waits.
///
/// Every exchange of a transport belongs to one libcurl multi handle, so waiting for one moves the others
/// along too. Not thread-safe, like everything built on `HTTPTransport`.
package final class CurlTransport: HTTPTransport {
    private let multi: UnsafeMutableRawPointer?
    private let settings: CurlSettings
    private let isCancelled: () -> Bool
    private var running: [UnsafeMutableRawPointer: CurlTransfer] = [:]

    /// The longest time between two looks at `isCancelled`: Ctrl-C must end a wait in under 200 ms.
    private static let pollMilliseconds: Int32 = 100

    /// libcurl's own initialisation is once per process and not to be repeated.
    private static let globalInitialisation: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// - Parameter isCancelled: asked at least ten times a second while an exchange waits; `true` ends every
    ///   exchange with `TransportError.Kind.cancelled`.
    package init(settings: CurlSettings = CurlSettings(), isCancelled: @escaping () -> Bool = { false }) {
        self.settings = settings
        self.isCancelled = isCancelled
        multi = Self.globalInitialisation == CURLE_OK ? curl_multi_init() : nil
        if let multi {
            // AWS speaks HTTP/1.1 everywhere; several connections in parallel instead of one multiplexed.
            _ = botctl_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
            _ = botctl_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 16)
        }
    }

    deinit {
        guard let multi else { return }
        for easy in running.keys {
            curl_multi_remove_handle(multi, easy)
        }
        running.removeAll()
        curl_multi_cleanup(multi)
    }

    package func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        let peer = request.endpoint.peer
        guard let multi else {
            throw TransportError(.connect, peer: peer, detail: "libcurl could not be initialised")
        }
        if isCancelled() { throw TransportError(.cancelled, peer: peer, detail: "interrupted") }
        let transfer = try CurlTransfer(request, timeout: timeout, settings: settings)
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            throw TransportError(.connect, peer: peer, detail: "libcurl refused the request")
        }
        running[transfer.easy] = transfer
        try put(transfer)
        return CurlExchange(transport: self, transfer: transfer)
    }

    /// Until the request is on the wire, or the peer takes no more of it for now: then the waits for the
    /// answer move the rest along.
    private func put(_ transfer: CurlTransfer) throws(TransportError) {
        var uploaded = -1
        while !transfer.isOver {
            perform()
            if transfer.isOver || transfer.isSent { return }
            let progress = transfer.uploadedBytes
            if transfer.hasBegun, progress == uploaded { return }
            uploaded = progress
            try wait(for: transfer)
        }
    }

    /// Moves every transfer along until `isReady` or this one is over.
    func drive(_ transfer: CurlTransfer, until isReady: (CurlTransfer) -> Bool) throws(TransportError) {
        while !transfer.isOver, !isReady(transfer) {
            perform()
            if transfer.isOver || isReady(transfer) { return }
            try wait(for: transfer)
        }
    }

    /// Takes an unfinished transfer off the wire; its connection is closed.
    func abandon(_ transfer: CurlTransfer, _ error: TransportError) {
        guard let multi, running.removeValue(forKey: transfer.easy) != nil else { return }
        transfer.abandon(error)
        // Otherwise libcurl waits here for a name lookup that is still under way.
        _ = botctl_curl_set_long(transfer.easy, CURLOPT_QUICK_EXIT, 1)
        curl_multi_remove_handle(multi, transfer.easy)
    }

    private func perform() {
        guard let multi else { return }
        var stillRunning: Int32 = 0
        let code = curl_multi_perform(multi, &stillRunning)
        guard code == CURLM_OK else {
            for transfer in Array(running.values) {
                abandon(transfer, TransportError(.connect, peer: transfer.peer, detail: describe(code)))
            }
            return
        }
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = running.removeValue(forKey: easy)
            else { continue }
            transfer.finish(botctl_curl_message_result(message))
            // The message is gone after this; the connection stays in the pool.
            curl_multi_remove_handle(multi, easy)
        }
    }

    private func wait(for transfer: CurlTransfer) throws(TransportError) {
        guard let multi else { return }
        if isCancelled() {
            let error = TransportError(.cancelled, peer: transfer.peer, detail: "interrupted")
            abandon(transfer, error)
            throw error
        }
        var ready: Int32 = 0
        // A signal ends the poll early (EINTR); the next round looks at `isCancelled`.
        _ = curl_multi_poll(multi, nil, 0, Self.pollMilliseconds, &ready)
    }

    private func describe(_ code: CURLMcode) -> String {
        curl_multi_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }
}

extension Endpoint {
    /// For error texts; always with the port.
    var peer: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
