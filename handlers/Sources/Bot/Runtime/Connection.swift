import AWSCore
import BotContract

/// Posts frames to one client, one after the other: a frame is on the wire only when the one before it has
/// been taken, because two requests on two connections may overtake each other.
final class Connection {
    /// Why nothing more is posted, once that is so.
    private(set) var failure: AWSError?
    /// The client has gone (410): not a fault, and final.
    var isGone: Bool { failure?.status == 410 }

    private let client: AWSClient
    private let call: AWSCall?
    private let deadline: Timestamp
    private var inFlight: Result<PendingAWSCall, AWSError>?

    init(event: WebSocketEvent, context: BotContext, deadline: Timestamp) {
        client = context.aws
        self.deadline = deadline
        let url = ManagementEndpoint.url(
            apiId: event.apiId,
            stage: event.stage,
            region: context.environment.region,
            environment: context.environment.variables
        )
        guard let endpoint = Endpoint(url: url) else {
            call = nil
            failure = AWSError(
                code: "endpoint",
                message: "'\(url)' is not an http(s) URL",
                status: 0,
                operation: Self.operation
            )
            return
        }
        call = AWSCall(
            service: "execute-api",
            region: context.environment.region,
            operation: Self.operation,
            request: HTTPRequest(
                method: "POST",
                endpoint: endpoint,
                path: "/@connections/" + percentEncode(event.connectionId),
                headers: ["Content-Type": "application/json"]
            ),
            timeout: .seconds(3)
        )
    }

    /// Puts the frame on the wire, after the one before it was taken.
    func begin(_ frame: ServerFrame) {
        settle()
        guard failure == nil, var call else { return }
        call.request.body = frame.encoded()
        do throws(AWSError) {
            inFlight = .success(try client.begin(call, deadline: deadline))
        } catch {
            inFlight = .failure(error)
        }
    }

    /// Waits until the last frame was taken, or refused.
    func settle() {
        guard let pending = inFlight else { return }
        inFlight = nil
        do throws(AWSError) {
            _ = try pending.get().response()
        } catch {
            // Any failure ends the posting: a client that missed one frame would misread the next.
            failure = error
        }
    }

    func post(_ frame: ServerFrame) {
        begin(frame)
        settle()
    }

    private static let operation = "execute-api.PostToConnection"
}
