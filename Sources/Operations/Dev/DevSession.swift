package import AWSCore
package import BotSpec
import Planning

/// Who hears of what happens under `botctl dev`.
package protocol DevHost: OperationHost {
    func notify(_ event: DevEvent)
}

/// What runs, and what a change of the project's files makes of it:
///
///     spec invalid ─────────────────▶ refused, with all diagnostics
///     nothing differs from what runs ▶ nothing, or `mended` after a refusal
///     prompt, rules, handlers, … ───▶ deployed: live, or refused with what the deployment said
///
/// Whatever is refused, the bot goes on as it was.
package final class DevSession {
    /// Brings the project, as it is in its files, to the local AWS.
    package typealias Deployment = (
        _ parts: [DevPart], _ host: any OperationHost
    ) throws(OperationError) -> Deployed

    package struct Deployed {
        package var outputs: BotOutputs
        package var way: DevReload.Way

        package init(outputs: BotOutputs, way: DevReload.Way) {
            self.outputs = outputs
            self.way = way
        }
    }

    private let context: ProjectContext
    private let host: any DevHost
    private let deployment: Deployment
    /// What the last deployment that worked was made of.
    package private(set) var spec: BotSpec
    package private(set) var outputs: BotOutputs
    private var handlers: [String: ProjectScan.Stamp]
    package private(set) var problem: OperationError?

    /// - Parameters:
    ///   - spec: what runs.
    ///   - handlers: the files that the running functions were compiled from.
    package init(
        _ context: ProjectContext,
        _ host: any DevHost,
        spec: BotSpec,
        handlers: [String: ProjectScan.Stamp],
        outputs: BotOutputs,
        deployment: @escaping Deployment
    ) {
        self.context = context
        self.host = host
        self.spec = spec
        self.handlers = handlers
        self.outputs = outputs
        self.deployment = deployment
    }

    /// - Parameters:
    ///   - scan: of the files as they are now.
    ///   - saved: when the last of them was.
    /// - Throws: `interrupted` only; every other failure is told, and the bot goes on.
    package func react(to scan: ProjectScan, saved: Timestamp) throws(OperationError) {
        func elapsed() -> Int64 { saved.duration(to: context.effects.clock.now()).milliseconds }
        do throws(OperationError) {
            let loaded = try context.loadSpec()
            let wanted = Self.handlers(in: scan, of: loaded.spec, context)
            let parts = Self.parts(spec, loaded.spec, handlersChanged: wanted != handlers)
            guard !parts.isEmpty else {
                if problem != nil {
                    problem = nil
                    host.notify(DevEvent.mended(milliseconds: elapsed()))
                }
                return
            }
            let relay = ReloadHost(host)
            let deployed = try deployment(parts, relay)
            spec = loaded.spec
            handlers = wanted
            outputs = deployed.outputs
            problem = nil
            let plan = deployed.way == .changeSet ? relay.plan : nil
            host.notify(.live(DevReload(parts: parts, way: deployed.way, milliseconds: elapsed(), plan: plan)))
        } catch {
            if error.code == .interrupted { throw error }
            problem = error
            host.notify(.refused(DevRefusal(error: error, milliseconds: elapsed())))
        }
    }

    /// The parts of a project in which two specs differ.
    package static func parts(_ old: BotSpec, _ new: BotSpec, handlersChanged: Bool) -> [DevPart] {
        var parts: [DevPart] = []
        if old.prompt != new.prompt { parts.append(.prompt) }
        if old.rules != new.rules { parts.append(.rules) }
        var rest = new
        rest.prompt = old.prompt
        rest.rules = old.rules
        if rest != old { parts.append(.settings) }
        if handlersChanged { parts.append(.handlers) }
        return parts
    }

    package static func handlers(
        in scan: ProjectScan,
        of spec: BotSpec,
        _ context: ProjectContext
    ) -> [String: ProjectScan.Stamp] {
        let folder = context.path(spec.handlers.path) + "/"
        return scan.files.filter { $0.key.hasPrefix(folder) }
    }
}

/// Of a reload only what is news: its plan is kept for the event that it ends with.
private final class ReloadHost: OperationHost {
    private let host: any DevHost
    private(set) var plan: Plan?

    init(_ host: any DevHost) { self.host = host }

    func notify(_ event: OperationEvent) {
        switch event {
        case .planned(let plan): self.plan = plan
        case .build(.skipped): break
        case .warnings, .note, .build, .tokenKeyCreated, .waiting: host.notify(event)
        default: break
        }
    }

    /// Local data only: `LocalOnly` has consented, so nothing is asked.
    func ask(_ question: Question) -> Bool { host.ask(question) }
}
