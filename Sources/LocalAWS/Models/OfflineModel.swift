/// No model: quotes the rules in the prompt and says so, or calls the tool that the question names.
package struct OfflineModel: ConverseModel {
    package init() {}

    package func answer(
        _ request: ConverseRequest,
        isWanted: @escaping () -> Bool,
        _ take: (ReplyPart) -> Void
    ) throws(BedrockFailure) -> ReplyEnd {
        let reply = ConverseReply(request, answerer: OfflineAnswerer())
        if let call = reply.toolUse {
            take(.call(id: call.id, name: call.name))
            take(.input(call.input.encodedString()))
        } else {
            for delta in reply.deltas where isWanted() { take(.text(delta)) }
        }
        return ReplyEnd(
            stopReason: reply.stopReason,
            inputTokens: reply.inputTokens,
            outputTokens: reply.outputTokens
        )
    }
}
