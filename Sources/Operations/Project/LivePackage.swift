import BotSpec
import HandlerBuild

/// Builds with this machine's tools.
enum LivePackage {
    static func build(
        _ spec: BotSpec,
        _ context: ProjectContext,
        _ events: (OperationEvent) -> Void
    ) throws(OperationError) -> BuiltPackage {
        let built: BuiltHandlers
        do throws(BuildError) {
            let builder = HandlerBuilder(environment: context.effects.environment)
            built = try builder.build(spec: spec, projectDirectory: context.directory) { events(.build($0)) }
        } catch {
            throw OperationError(error)
        }
        let embeddings = try RuleVectors(spec, context).embeddings(events)
        let package: HandlerPackage
        do throws(BuildError) {
            package = try HandlerPackage.make(
                spec: spec,
                embeddings: embeddings,
                handlers: built,
                projectDirectory: context.directory
            )
        } catch {
            throw OperationError(error)
        }
        let path = "\(context.workDirectory)/package.zip"
        let manifest = PackageManifest(package).json
        let files = context.effects.files
        let manifestPath = "\(context.workDirectory)/package.manifest.json"
        let unchanged = try files.read(path) == package.zip
        if !unchanged { try files.write(path, package.zip, false) }
        _ = try files.writeIfChanged(manifestPath, manifest)
        return BuiltPackage(
            path: path,
            zip: package.zip,
            sha256: package.sha256,
            architecture: built.architecture,
            manifest: manifest,
            unchanged: unchanged
        )
    }
}
