import AWSCore
import BotContract

/// The key of visitor and signed tokens, from SSM.
final class TokenKeySource {
    private let parameter: ParameterSource

    init(_ context: BotContext) throws(InitError) {
        guard let parameter = context.environment.tokenKeyParameter else {
            throw InitError("the environment variable \(HandlerEnvironment.tokenKeyParameter) is not set")
        }
        self.parameter = ParameterSource(parameter, context)
    }

    func key(deadline: Timestamp) throws -> [UInt8] {
        let value = try parameter.value(deadline: deadline)
        guard let key = base64Decode(value.trimmed), key.count == TokenKey.bytes else {
            parameter.forget()
            throw TokenKeyError(parameter: parameter.name)
        }
        return key
    }
}

struct TokenKeyError: Error, CustomStringConvertible {
    var parameter: String
    var description: String {
        "the SSM parameter \(parameter) does not hold the base64 of \(TokenKey.bytes) bytes; "
            + "delete it and deploy again to have a new one made"
    }
}
