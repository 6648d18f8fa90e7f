import AWSClients
import AWSCore
import BotContract
import BotSpec

/// The key of visitor tokens: made once, never overwritten, because every token of every visitor hangs on it.
enum TokenKeyStore {
    static func parameter(of spec: BotSpec) -> String { TokenKey.parameterName(name: spec.name, stage: spec.stage) }

    /// Bots whose visitors prove who they are by other means have no such key.
    static func isNeeded(_ spec: BotSpec) -> Bool { spec.auth.mode == .visitor }

    static func exists(_ spec: BotSpec, _ cloud: Cloud) throws(OperationError) -> Bool {
        try cloud.attempt("look for the token key") { () throws(AWSError) in
            try cloud.ssm.getParameter(parameter(of: spec), withDecryption: false) != nil
        }
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
                description: "Signs the visitor tokens of \(spec.name), stage \(spec.stage)",
                tags: BotTags.all(of: spec)
            )
        }
    }
}
