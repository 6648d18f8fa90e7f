import AWSCore

/// Reads a model's streamed message to its end.
struct ModelStream {
    private let pending: PendingAWSCall
    private let operation: String

    init(_ pending: PendingAWSCall, _ operation: String) {
        self.pending = pending
        self.operation = operation
    }

    /// - Parameter take: gets each part of the text; answers whether more is wanted. Where not, the rest is given up.
    func read(_ take: (String) -> Bool) throws(AWSError) -> ModelAnswer {
        let exchange = try pending.stream()
        var decoder = EventStreamDecoder()
        var answer = ModelAnswer()
        var calls = StreamedCalls()
        var hasStopped = false
        do {
            while let chunk = try exchange.next() {
                decoder.push(chunk)
                while let message = try decoder.next() {
                    switch try ConverseEvent(message, operation: operation) {
                    case .text(let part):
                        answer.text += part
                        guard take(part) else {
                            exchange.cancel()
                            return answer
                        }
                    case .toolUse(let index, let id, let name): calls.begin(index, id: id, name: name)
                    case .toolInput(let index, let json): calls.append(index, json)
                    case .stop(let reason):
                        hasStopped = true
                        answer.stopReason = reason
                    case .usage(let counted): answer.usage = counted
                    case .other: break
                    }
                }
            }
        } catch {
            exchange.cancel()
            switch error {
            case let error as AWSError: throw error
            case let error as TransportError: throw AWSError(error, operation: operation)
            default: throw ModelRun.broken("\(error)", operation)
            }
        }
        guard hasStopped else { throw ModelRun.broken("the stream ended before the reply did", operation) }
        answer.calls = calls.calls
        return answer
    }
}
