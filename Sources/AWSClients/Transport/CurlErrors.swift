import AWSCore
import CCurl

/// What a libcurl failure means to the caller.
/// - Parameters:
///   - text: libcurl's own words for this transfer; more telling than the code's name.
///   - connectStatus: what a proxy answered to CONNECT; 0 if it was not asked.
func curlError(_ code: CURLcode, text: String, connectStatus: Int, peer: String) -> TransportError {
    let name = curl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    let detail = text.isEmpty ? name : text
    if connectStatus >= 300 {
        return TransportError(.connect, peer: peer, detail: "the proxy answered \(connectStatus): \(detail)")
    }
    return TransportError(kind(of: code), peer: peer, detail: detail)
}

private func kind(of code: CURLcode) -> TransportError.Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_ABORTED_BY_CALLBACK: .cancelled
    case CURLE_PARTIAL_FILE: .truncated
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND: .reset
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
        CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND,
        CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED, CURLE_SSL_SHUTDOWN_FAILED:
        .tls
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_WRITE_ERROR,
        CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP_RETURNED_ERROR:
        .malformed
    default: .connect
    }
}
