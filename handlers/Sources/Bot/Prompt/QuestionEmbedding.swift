import AWSCore
import BotContract
import Retrieval

/// The vector of a customer's message, asked for while the history is read.
///
///     history   ├───┤
///     message   ├──────┤            stands alone
///     message   ├── given up
///     with its context  ├──────┤    a follow-up, which the history shows
final class QuestionEmbedding {
    /// An answer by words at once is better than one by meaning later.
    static let patience: Duration = .milliseconds(800)

    private let context: BotContext
    private let model: EmbeddingModel
    private let dimensions: Int
    private let message: String
    private let end: Timestamp
    private var request: EmbeddingRequest
    private var call: Result<PendingAWSCall, AWSError>

    /// `nil` where questions are not embedded.
    init?(_ message: String, _ rules: RuleSelection, _ context: BotContext) {
        guard let (model, dimensions) = rules.questionModel else { return nil }
        self.context = context
        self.model = model
        self.dimensions = dimensions
        self.message = message
        end = context.clock.now().advanced(by: Self.patience)
        request = EmbeddingRequest(model, dimensions: dimensions, texts: [message], purpose: .query)
        call = Self.begin(request, context, until: end)
    }

    /// - Parameter previous: the customer's message before this one.
    func vector(previous: String?) throws(AWSError) -> [Float] {
        let text = Retriever.searchText(for: message, previous: previous)
        if text != message {
            cancel()
            request = EmbeddingRequest(model, dimensions: dimensions, texts: [text], purpose: .query)
            call = Self.begin(request, context, until: end)
        }
        let response = try call.get().response()
        guard let vector = request.vectors(in: response.body)?.first else {
            throw AWSError(
                code: "malformed",
                message: "the answer is not the model's",
                status: response.status,
                operation: "bedrock-runtime.InvokeModel"
            )
        }
        return vector
    }

    func cancel() {
        if case .success(let call) = call { call.cancel() }
    }

    private static func begin(
        _ request: EmbeddingRequest,
        _ context: BotContext,
        until end: Timestamp
    ) -> Result<PendingAWSCall, AWSError> {
        let environment = context.environment
        let call = request.call(
            region: environment.region,
            endpoint: .aws(
                service: "bedrock-runtime",
                region: environment.region,
                environment: environment.variables
            ),
            timeout: patience
        )
        do throws(AWSError) {
            return .success(try context.aws.begin(call, deadline: end))
        } catch {
            return .failure(error)
        }
    }
}
