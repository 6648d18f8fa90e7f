import COpenSSL

/// What all TLS connections of a transport share: the trusted authorities, read once.
final class TLSContext {
    fileprivate let context: OpaquePointer

    /// - Parameter certificateAuthorities: a PEM file; `nil` for the machine's own store.
    init(certificateAuthorities: String?, peer: String) throws(TransportError) {
        // Without openssl.cnf: reading it can load modules, which a static executable cannot.
        OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw TLSSession.failure(peer, "no TLS context")
        }
        self.context = context
        botctl_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
        botctl_SSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
        SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
        if let certificateAuthorities {
            guard SSL_CTX_load_verify_locations(context, certificateAuthorities, nil) == 1 else {
                throw TLSSession.failure(peer, "cannot read certificate authorities from \(certificateAuthorities)")
            }
        } else {
            SSL_CTX_set_default_verify_paths(context)
        }
    }

    deinit { SSL_CTX_free(context) }
}

/// One TLS connection, apart from its socket: bytes from the peer go in, bytes for the peer come out. So the
/// socket's rules (never waiting, no SIGPIPE) hold for it too.
final class TLSSession {
    enum Outcome {
        case done(Int)
        /// Feed more of what the peer sends.
        case needsInput
        /// The peer said that it has sent everything.
        case closed
        case failed(TransportError)
    }

    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let peer: String

    init(_ context: TLSContext, host: String, peer: String) throws(TransportError) {
        self.peer = peer
        guard let ssl = SSL_new(context.context), let incoming = BIO_new(BIO_s_mem()),
            let outgoing = BIO_new(BIO_s_mem())
        else { throw Self.failure(peer, "no TLS connection") }
        self.ssl = ssl
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(ssl, incoming, outgoing)
        SSL_set_connect_state(ssl)
        if SocketAddress(literal: host, port: 0) != nil {
            // Server name indication is for names only (RFC 6066 §3).
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host)
        } else {
            guard botctl_SSL_set_tlsext_host_name(ssl, host) == 1, SSL_set1_host(ssl, host) == 1 else {
                throw Self.failure(peer, "the host's name is not usable")
            }
        }
    }

    deinit { SSL_free(ssl) }

    func handshake() -> Outcome {
        ERR_clear_error()
        let status = SSL_do_handshake(ssl)
        if status == 1 { return .done(0) }
        switch SSL_get_error(ssl, status) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
        default:
            let verification = SSL_get_verify_result(ssl)
            if verification != Int(X509_V_OK) {
                let reason = String(cString: X509_verify_cert_error_string(verification))
                return .failed(TransportError(.tls, peer: peer, detail: "the certificate was refused: \(reason)"))
            }
            return .failed(Self.failure(peer, "the handshake failed"))
        }
    }

    /// Encrypts all of it: what comes out waits in memory.
    func encrypt(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        ERR_clear_error()
        guard bytes.isEmpty || SSL_write(ssl, bytes.baseAddress, Int32(bytes.count)) == Int32(bytes.count) else {
            throw Self.failure(peer, "encryption failed", kind: .reset)
        }
    }

    func decrypt(into bytes: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        let count = SSL_read(ssl, bytes.baseAddress, Int32(bytes.count))
        if count > 0 { return .done(Int(count)) }
        switch SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: return .failed(Self.failure(peer, "the TLS connection broke", kind: .reset))
        }
    }

    func feed(_ bytes: UnsafeRawBufferPointer) {
        BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
    }

    /// Moves what is to be sent to the end of `bytes`.
    func takeOutput(_ bytes: inout [UInt8]) {
        let pending = BIO_ctrl_pending(outgoing)
        guard pending > 0 else { return }
        let chunk = [UInt8](unsafeUninitializedCapacity: pending) { buffer, count in
            count = max(0, Int(BIO_read(outgoing, buffer.baseAddress, Int32(pending))))
        }
        bytes += chunk
    }

    fileprivate static func failure(
        _ peer: String,
        _ detail: String,
        kind: TransportError.Kind = .tls
    ) -> TransportError {
        let code = ERR_get_error()
        guard code != 0 else { return TransportError(kind, peer: peer, detail: detail) }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return TransportError(kind, peer: peer, detail: "\(detail): \(reason)")
    }
}
