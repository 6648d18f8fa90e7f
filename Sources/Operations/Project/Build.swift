import BotSpec

/// `botctl build`: the package that a deployment would upload.
package struct Build {
    package static func run(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> BuiltPackage
    {
        let spec = try context.loadSpec(telling: host, toChange: true).spec
        return try context.buildPackage(spec, host)
    }
}

extension ProjectContext {
    func buildPackage(_ spec: BotSpec, _ host: any OperationHost) throws(OperationError) -> BuiltPackage {
        let package = try effects.buildPackage(spec, self) { host.notify($0) }
        try checkInterrupted()
        host.notify(
            .packaged(sha256: package.sha256, bytes: package.zip.count, unchanged: package.unchanged)
        )
        return package
    }
}
