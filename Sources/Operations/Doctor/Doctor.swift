import AWSClients
import AWSCore
import BotSpec
import HandlerBuild
import LocalAWS

/// `botctl doctor`: looks at everything that a deployment rests on, and changes nothing. Works without a spec.
package struct Doctor {
    private let context: ProjectContext
    private var report = DoctorReport(checks: [], sources: [])

    private init(_ context: ProjectContext) { self.context = context }

    package static func run(_ context: ProjectContext) throws(OperationError) -> DoctorReport {
        var doctor = Doctor(context)
        let spec = doctor.lookAtSpec()
        try doctor.lookAtAWS(spec)
        doctor.lookAtToolchain(spec)
        doctor.lookAtLocalAWS()
        try context.checkInterrupted()
        return doctor.report
    }

    private mutating func add(
        _ name: String,
        _ status: DoctorReport.Status,
        _ summary: String,
        details: [String] = [],
        fix: String? = nil
    ) {
        report.checks.append(DoctorReport.Check(name, status, summary, details: details, fix: fix))
    }

    // MARK: The project

    private mutating func lookAtSpec() -> BotSpec? {
        guard context.effects.files.exists(context.path(context.specFile)) else {
            add(
                "spec",
                .warn,
                "there is no \(context.specFile) in \(context.directory)",
                fix: "name the project's folder with -C, or make one: botctl init"
            )
            return nil
        }
        do throws(OperationError) {
            let loaded = try context.loadSpec()
            add("spec", .ok, "\(context.specFile): \(loaded.spec.name), stage \(context.stage)")
            return loaded.spec
        } catch {
            add("spec", .fail, error.message, fix: error.fix)
            return nil
        }
    }

    // MARK: AWS

    private mutating func lookAtAWS(_ spec: BotSpec?) throws(OperationError) {
        var options = context.sessionOptions(region: context.overrides.region ?? spec?.region)
        let settings: AWSSettings
        do throws(SessionError) {
            do throws(SessionError) {
                settings = try AWSSettings(options: options)
                lookAtConfiguration(settings)
            } catch {
                add("configuration", .fail, error.message, fix: error.nextStep)
                guard error.code == .noRegion else { throw error }
                // Whose the credentials are can be asked anywhere.
                options.region = "us-east-1"
                settings = try AWSSettings(options: options)
            }
        } catch {
            for name in ["network", "clock", "credentials", "identity"] {
                add(name, .skip, "not looked at before the configuration is right")
            }
            return
        }
        lookAtEndpoints(settings)
        lookAtConnection(settings)
        try lookAtNetwork(settings)
        try lookAtCredentials(options, spec)
    }

    private mutating func lookAtConfiguration(_ settings: AWSSettings) {
        let given = context.overrides.region == nil ? "of the spec" : "--region"
        add(
            "configuration",
            .ok,
            "\(settings.region) (\(settings.regionSource ?? given)), profile \(settings.profile)",
            details: [settings.configPath, settings.credentialsPath].map { path in
                "\(path): \(context.effects.files.exists(path) ? "there" : "absent")"
            }
        )
    }

    private mutating func lookAtEndpoints(_ settings: AWSSettings) {
        guard !settings.endpoints.isEmpty else {
            add("endpoints", .ok, "AWS's own")
            return
        }
        add(
            "endpoints",
            .warn,
            "not all calls go to AWS's own endpoints",
            details: settings.endpoints.map { "\($0.service ?? "every service"): \($0.url) (\($0.source))" },
            fix: "leave them for an emulator or a VPC endpoint; unset them to reach AWS itself"
        )
    }

    private mutating func lookAtConnection(_ settings: AWSSettings) {
        let connection = settings.connection
        var details: [String] = []
        if let proxy = connection.httpsProxy { details.append("https by \(withoutPassword(proxy))") }
        if let proxy = connection.httpProxy { details.append("http by \(withoutPassword(proxy))") }
        if let hosts = connection.noProxy { details.append("directly: \(hosts)") }
        if let bundle = connection.certificateAuthorities {
            guard context.effects.files.exists(bundle) else {
                add(
                    "connection",
                    .fail,
                    "there is no file of certificate authorities \(bundle)",
                    details: details,
                    fix: "correct AWS_CA_BUNDLE, SSL_CERT_FILE or the profile's ca_bundle"
                )
                return
            }
            details.append("certificate authorities: \(bundle)")
        }
        let isProxied = connection.httpsProxy != nil || connection.httpProxy != nil
        add("connection", .ok, isProxied ? "through a proxy" : "without a proxy", details: details)
    }

    private mutating func lookAtNetwork(_ settings: AWSSettings) throws(OperationError) {
        let endpoint = settings.endpoint("sts")
        let clock = context.effects.clock
        let response: HTTPResponse
        do throws(TransportError) {
            response = try settings.transport.send(
                HTTPRequest(method: "GET", endpoint: endpoint),
                timeout: .seconds(10)
            )
        } catch {
            try context.checkInterrupted()
            let fix =
                switch error.kind {
                case .tls: "let AWS_CA_BUNDLE name the authorities of whatever intercepts TLS here"
                case .resolve: "check the region, the name server and the proxy (HTTPS_PROXY)"
                default: "check the network, the proxy (HTTPS_PROXY, NO_PROXY) and AWS_ENDPOINT_URL"
                }
            add("network", .fail, "no answer from \(error.description)", fix: fix)
            add("clock", .skip, "no time to compare with")
            return
        }
        add("network", .ok, "\(endpoint.authority) answers")
        guard let date = response.headers["Date"].flatMap({ Timestamp(httpDate: $0) }) else {
            add("clock", .warn, "\(endpoint.authority) does not say what time it is", fix: "compare the clock by hand")
            return
        }
        let off = clock.now().duration(to: date).milliseconds / 1000
        // AWS refuses signatures that are more than five minutes off.
        let status: DoctorReport.Status = abs(off) >= 300 ? .fail : abs(off) >= 60 ? .warn : .ok
        add(
            "clock",
            status,
            abs(off) < 2 ? "right" : "\(abs(off)) s \(off > 0 ? "behind" : "ahead of") \(endpoint.host)",
            fix: status == .ok ? nil : "let the machine's clock follow a time server (AWS refuses 300 s and more)"
        )
    }

    private mutating func lookAtCredentials(_ options: SessionOptions, _ spec: BotSpec?) throws(OperationError) {
        let session: AWSSession
        do throws(SessionError) {
            session = try AWSSession(options: options)
        } catch {
            if error.code == .interrupted { throw .interrupted }
            report.sources = error.sources
            add("credentials", .fail, error.message, details: lines(error.sources), fix: error.nextStep)
            add("identity", .skip, "nobody to ask about")
            return
        }
        report.sources = session.sources
        let end = session.credentialsExpire.map { ", until \($0.rfc3339.prefix(19))Z" } ?? ""
        add("credentials", .ok, session.credentialsSource + end, details: lines(session.sources))
        do throws(AWSError) {
            let identity = try STSClient(session: session).getCallerIdentity()
            guard let account = spec?.account, account != identity.account else {
                add("identity", .ok, "\(identity.arn) in account \(identity.account)")
                return
            }
            add(
                "identity",
                .fail,
                "\(identity.arn) is of account \(identity.account), and the spec is for account \(account)",
                fix: "choose another --profile, or correct `account` in the spec"
            )
        } catch {
            let problem = OperationError(error, "tell whose credentials these are")
            if problem.code == .interrupted { throw problem }
            add("identity", .fail, problem.message, details: problem.details, fix: problem.fix)
        }
    }

    private func lines(_ sources: [SourceReport]) -> [String] {
        sources.map { source in
            switch source.outcome {
            case .used: "\(source.source): used, \(source.detail)"
            case .failed: "\(source.source): failed, \(source.detail)"
            case .notConfigured, .lost, .none: "\(source.source): \(source.detail)"
            }
        }
    }

    // MARK: Tools

    private mutating func lookAtToolchain(_ spec: BotSpec?) {
        let effects = context.effects
        do throws(BuildError) {
            let found = try ToolchainReport.look(
                spec?.handlers ?? .standard,
                environment: effects.environment,
                runner: effects.tools
            )
            add("toolchain", .ok, found.method, details: found.version.map { [$0] } ?? [])
        } catch {
            add("toolchain", .fail, error.message, details: error.output, fix: error.fix)
        }
    }

    private mutating func lookAtLocalAWS() {
        let locator = MiniStackLocator(
            environment: context.effects.environment,
            isExecutable: context.effects.files.exists
        )
        do throws(LocalAWSError) {
            let path = try locator.find(asked: nil, projectDirectory: context.directory)
            add("local AWS", .ok, "MiniStack: \(path)")
        } catch {
            let installed = "\(MiniStackInstallation(context).folder)/bin/ministack"
            let isNamed = context.effects.environment[MiniStackLocator.environmentVariable]?.isEmpty == false
            if !isNamed, context.effects.files.exists(installed) {
                add("local AWS", .ok, "MiniStack: \(installed)")
            } else {
                let fix = isNamed ? error.fix : "run `botctl local`: it installs MiniStack first"
                add("local AWS", .warn, error.message, fix: fix)
            }
        }
    }
}

/// A proxy's URL may hold a user's name and password.
private func withoutPassword(_ url: String) -> String {
    guard let at = url.lastIndex(of: "@") else { return url }
    let scheme = url.split(separator: ":", maxSplits: 1).first.map(String.init) ?? ""
    return (url.hasPrefix("\(scheme)://") ? "\(scheme)://" : "") + "<REDACTED>" + url[at...]
}
