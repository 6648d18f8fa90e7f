import AWSCore

/// The keys of an issuer, as its JSON Web Key Set (RFC 7517) lists them. Keys that cannot verify our tokens
/// (other algorithms, for encryption, broken, too weak) are passed over: they must not take the good ones down.
struct KeySet {
    /// Large providers publish a dozen.
    static let maximumKeys = 100

    private var keys: [(id: String?, key: PublicKey)] = []

    var count: Int { keys.count }

    /// `nil` for what is not a key set.
    init?(json: [UInt8]) {
        guard let entries = (try? JSONValue.parse(json))?["keys"]?.arrayValue, entries.count <= Self.maximumKeys else {
            return nil
        }
        for entry in entries {
            guard let key = Self.key(entry) else { continue }
            keys.append((entry["kid"]?.stringValue, key))
        }
    }

    /// The keys that may have signed a token: those of its `kid`; without one, the only key there is.
    func keys(for token: JSONWebToken) -> [PublicKey] {
        guard let id = token.keyId else {
            return keys.count == 1 && keys[0].key.algorithm == token.algorithm ? [keys[0].key] : []
        }
        return keys.filter { entry in
            entry.key.algorithm == token.algorithm && entry.id?.utf8.elementsEqual(id.utf8) == true
        }.map(\.key)
    }

    private static func key(_ entry: JSONValue) -> PublicKey? {
        if let use = entry["use"], use.stringValue != "sig" { return nil }
        if let operations = entry["key_ops"], operations.arrayValue?.contains("verify") != true { return nil }
        func number(_ name: String) -> [UInt8] {
            entry[name]?.stringValue.flatMap { base64URLDecode($0) } ?? []
        }
        let key: PublicKey?
        switch entry["kty"]?.stringValue {
        case "RSA": key = PublicKey(rsaModulus: number("n"), exponent: number("e"))
        case "EC": key = entry["crv"]?.stringValue == "P-256" ? PublicKey(p256X: number("x"), y: number("y")) : nil
        default: key = nil
        }
        if let algorithm = entry["alg"], algorithm.stringValue != key?.algorithm.rawValue { return nil }
        return key
    }
}
