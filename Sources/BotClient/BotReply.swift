/// The bot's reply to one message, as it comes: iterate it once for its parts, or await `answer` for the whole.
public struct BotReply: AsyncSequence, Sendable {
    public typealias Element = ReplyEvent

    /// Of the message that it answers.
    public let messageId: String
    private let stream: AsyncThrowingStream<ReplyEvent, any Error>

    init(messageId: String, stream: AsyncThrowingStream<ReplyEvent, any Error>) {
        self.messageId = messageId
        self.stream = stream
    }

    /// Throws a `BotError` after the parts that came where the message failed.
    public func makeAsyncIterator() -> AsyncThrowingStream<ReplyEvent, any Error>.Iterator {
        stream.makeAsyncIterator()
    }

    /// Waits for the whole reply.
    /// - Throws: why the message failed; `aborted` where the task was cancelled.
    public func answer() async throws(BotError) -> Answer {
        do {
            for try await case .done(let answer) in stream { return answer }
        } catch let error as BotError {
            throw error
        } catch {
            throw BotError("aborted", "Nobody waits for the reply any more.", messageId: messageId)
        }
        throw BotError("aborted", "Nobody waits for the reply any more.", messageId: messageId)
    }
}
