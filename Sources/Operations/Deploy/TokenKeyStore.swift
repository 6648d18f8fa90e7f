import AWSClients
import AWSCore
import BotContract
import BotSpec

/// The key of visitor and signed tokens: made once, never overwritten, because every token hangs on it.
enum TokenKeyStore {
    static func parameter(of spec: BotSpec) -> String { TokenKey.parameterName(name: spec.name, stage: spec.stage) }

    /// Bots that believe an identity provider have no such key.
    static func isNeeded(_ spec: BotSpec) -> Bool { spec.auth.mode.usesTokenKey }

    static func exists(_ spec: BotSpec, _ cloud: Cloud) throws(OperationError) -> Bool {
        try cloud.attempt("look for the token key") { () throws(AWSError) in
            try cloud.ssm.getParameter(parameter(of: spec), withDecryption: false) != nil
        }
    }

    static func key(of spec: BotSpec, _ cloud: Cloud) throws(OperationError) -> [UInt8] {
        let stored = try cloud.attempt("read the token key") { () throws(AWSError) in
            try cloud.ssm.getParameter(parameter(of: spec))
        }
        guard let stored else {
            throw OperationError(
                .notDeployed,
                "there is no token key \(parameter(of: spec)) in \(cloud.session.region)",
                fix: "run `botctl deploy --stage \(spec.stage)`, which makes one"
            )
        }
        guard let key = base64Decode(stored.value.filter { !$0.isWhitespace }), key.count == TokenKey.bytes else {
            throw OperationError(
                .aws,
                "the SSM parameter \(stored.name) does not hold the base64 of \(TokenKey.bytes) bytes",
                fix: "delete it and run `botctl deploy`, which makes a new one"
            )
        }
        return key
    }

    /// - Returns: whether it had to be made.
    static func ensure(
        _ spec: BotSpec,
        _ cloud: Cloud,
        randomBytes: (Int) -> [UInt8]
    ) throws(OperationError) -> Bool {
        guard try !exists(spec, cloud) else { return false }
        let value = base64Encode(randomBytes(TokenKey.bytes))
        return try cloud.attempt("create the token key") { () throws(AWSError) in
            try cloud.ssm.createSecureParameter(
                parameter(of: spec),
                value: value,
                description: "Signs the tokens of \(spec.name), stage \(spec.stage)",
                tags: BotTags.all(of: spec)
            )
        }
    }
}
