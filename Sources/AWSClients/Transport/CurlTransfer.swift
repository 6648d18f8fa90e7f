import AWSCore
import CCurl

/// One request and its answer on a libcurl easy handle.
///
/// libcurl calls back into this object by an unretained pointer; the transport keeps it alive while its
/// handle is on the wire.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    let peer: String
    /// Set once the handle is off the wire, by the answer's end or by a failure.
    private(set) var isOver = false
    private(set) var isHeadComplete = false
    private(set) var failure: TransportError?
    private(set) var head = HTTPResponseHead(status: 0, headers: [:])
    private let uploadSize: Int
    /// libcurl reads the body from here while it sends; a Swift array may move.
    private let body: UnsafeMutableRawBufferPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var received: [UInt8] = []
    private var isPaused = false

    /// Above this many unread bytes the connection is left unread until the caller takes some.
    private static let unreadLimit = 1 << 20
    /// A header section larger than this is no answer of any API used here.
    private static let headLimit = 256 * 1024
    private var headBytes = 0

    init(_ request: HTTPRequest, timeout: Duration, settings: CurlSettings) throws(TransportError) {
        let peer = request.endpoint.peer
        guard let easy = curl_easy_init() else {
            throw TransportError(.connect, peer: peer, detail: "libcurl could not be initialised")
        }
        self.easy = easy
        self.peer = peer
        body = UnsafeMutableRawBufferPointer.allocate(byteCount: max(request.body.count, 1), alignment: 1)
        body.copyBytes(from: request.body)
        errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        uploadSize = request.body.count
        try configureRequest(request)
        configureConnection(request.endpoint, timeout: timeout, settings: settings)
        configureCallbacks()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        body.deallocate()
        errorText.deallocate()
    }

    // MARK: Progress

    var hasReceived: Bool { !received.isEmpty }

    /// What of the body has come since the last call.
    func takeReceived() -> [UInt8] {
        defer {
            received = []
            if isPaused, !isOver {
                isPaused = false
                curl_easy_pause(easy, CURLPAUSE_CONT)
            }
        }
        return received
    }

    /// Whether the whole request is with the kernel, or an answer has begun.
    var isSent: Bool {
        isHeadComplete || (hasBegun && uploadedBytes >= uploadSize)
    }

    /// Whether the connection stands and the request's first bytes are on it.
    var hasBegun: Bool {
        var requestSize = 0
        _ = botctl_curl_get_long(easy, CURLINFO_REQUEST_SIZE, &requestSize)
        return requestSize > 0
    }

    var uploadedBytes: Int {
        var count: curl_off_t = 0
        _ = botctl_curl_get_offset(easy, CURLINFO_SIZE_UPLOAD_T, &count)
        return Int(count)
    }

    /// libcurl's verdict on the transfer.
    func finish(_ code: CURLcode) {
        isOver = true
        guard code != CURLE_OK else { return }
        var connectStatus = 0
        _ = botctl_curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
        failure = failure ?? curlError(code, text: String(cString: errorText), connectStatus: connectStatus, peer: peer)
    }

    /// This side's verdict on the transfer; the transport takes the handle off the wire.
    func abandon(_ error: TransportError) {
        isOver = true
        failure = failure ?? error
        received = []
    }

    // MARK: Callbacks

    /// One header line, without its line break, as libcurl delivers them; an empty one ends the section.
    fileprivate func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= Self.headLimit else {
            failure = TransportError(.malformed, peer: peer, detail: "the answer's headers are too large")
            return false
        }
        var line = Substring(String(decoding: bytes, as: UTF8.self))
        while let last = line.utf8.last, last == 0x0D || last == 0x0A {
            line = Substring(line.unicodeScalars.dropLast())
        }
        if line.utf8.starts(with: "HTTP/".utf8), head.status == 0 {
            let status = line.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
            head.status = status ?? 0
            return true
        }
        if line.isEmpty {
            // 1xx answers precede the real one (RFC 9110 §15.2).
            if (100..<200).contains(head.status) {
                head = HTTPResponseHead(status: 0, headers: [:])
            } else {
                isHeadComplete = true
            }
            return true
        }
        guard !isHeadComplete, let colon = line.firstIndex(of: ":") else { return true }
        let value = line[line.index(after: colon)...]
        head.headers.add(String(line[..<colon]), trimmed(value))
        return true
    }

    private func trimmed(_ value: Substring) -> String {
        var value = value
        while let first = value.first, first == " " || first == "\t" { value.removeFirst() }
        while let last = value.last, last == " " || last == "\t" { value.removeLast() }
        return String(value)
    }

    fileprivate func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        if received.count >= Self.unreadLimit {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        received.append(contentsOf: bytes)
        return bytes.count
    }

    // MARK: Options

    private func configureRequest(_ request: HTTPRequest) throws(TransportError) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PATH_AS_IS, 1)
        // Some methods imply how libcurl treats the bodies of both directions; the name goes out as given.
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            set(CURLOPT_POST, 1)
            set(CURLOPT_POSTFIELDSIZE_LARGE, offset: Int64(request.body.count))
            _ = botctl_curl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        } else {
            set(CURLOPT_HTTPGET, 1)
        }
        set(CURLOPT_CUSTOMREQUEST, request.method)
        for field in request.headers.fields {
            guard !(field.name + field.value).utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else {
                throw TransportError(.malformed, peer: peer, detail: "header \(field.name) has a line break")
            }
            // libcurl reads "Name:" as "leave this header out" and "Name;" as "send it without a value".
            appendHeader(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // What libcurl would add of its own accord, and the signature does not know of.
        for name in ["Accept", "Expect", "Content-Type", "User-Agent", "Transfer-Encoding"]
        where request.headers[name] == nil {
            appendHeader("\(name):")
        }
        _ = botctl_curl_set_list(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private func configureConnection(_ endpoint: Endpoint, timeout: Duration, settings: CurlSettings) {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_FOLLOWLOCATION, 0)
        _ = botctl_curl_close_sockets_on_exec(easy)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // Zero means "no limit" to libcurl: an exhausted budget must still end at once.
        set(CURLOPT_TIMEOUT_MS, Int(max(1, timeout.milliseconds)))
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, min(timeout, settings.connectTimeout).milliseconds)))
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, Int(max(1, settings.stallTimeout.milliseconds / 1000)))
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // An empty string turns libcurl's own reading of the environment off.
        set(CURLOPT_PROXY, (endpoint.scheme == .https ? settings.httpsProxy : settings.httpProxy) ?? "")
        set(CURLOPT_NOPROXY, settings.noProxy ?? "")
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let bundle = settings.certificateAuthorities { set(CURLOPT_CAINFO, bundle) }
        _ = botctl_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    }

    private func configureCallbacks() {
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = botctl_curl_set_pointer(easy, CURLOPT_HEADERDATA, this)
        _ = botctl_curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, this in
            guard let this else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(this).takeUnretainedValue()
            let taken = transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return taken ? size * count : 0
        }
        _ = botctl_curl_set_pointer(easy, CURLOPT_WRITEDATA, this)
        _ = botctl_curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, this in
            guard let this else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(this).takeUnretainedValue()
            return transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = botctl_curl_set_long(easy, option, value) }
    private func set(_ option: CURLoption, offset: Int64) {
        _ = botctl_curl_set_offset(easy, option, curl_off_t(offset))
    }
    private func set(_ option: CURLoption, _ value: String) { _ = botctl_curl_set_string(easy, option, value) }
    private func appendHeader(_ line: String) { headerList = curl_slist_append(headerList, line) }
}
