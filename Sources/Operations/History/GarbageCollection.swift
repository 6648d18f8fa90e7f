import AWSClients
import AWSCore
import BotSpec
import Synthesis

/// `botctl gc`: removes packages and templates of a stage that neither the stack nor a kept deployment needs.
package struct GarbageCollection {
    package struct Result: Sendable, Equatable {
        package var bucket: String
        /// Keys, sorted.
        package var unneeded: [String]
        package var bytes: Int64
        /// How many deployments stay in the history.
        package var kept: Int
        /// False after a dry run, and when there is nothing.
        package var isDeleted: Bool
    }

    /// Uploads of a deployment that is running are not in the stack yet.
    private static let youth = Duration.seconds(3600)

    /// - Parameter keep: how many deployments a rollback can still go back to.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        keep: Int,
        isDryRun: Bool
    ) throws(OperationError) -> Result {
        let stage = try Stage.open(context, host)
        let (cloud, artifacts) = (stage.cloud, stage.artifacts)
        let records = try artifacts.records()
        let kept = records.prefix(keep)
        var needed = Set(kept.flatMap { artifacts.keys(of: $0) })
        if let stack = try stage.stack(), let key = stack.parameters[ArtifactParameter.key] {
            needed.formUnion([key, ArtifactStore.manifestKey(for: key)])
            if let hotswap = try artifacts.hotswap(aheadOf: stack) {
                needed.formUnion([artifacts.hotswapRecordKey, hotswap.package.key])
            }
        }
        let limit = context.effects.clock.now().advanced(by: .zero - youth)
        let objects = try cloud.attempt("list what is in \(artifacts.bucket)") { () throws(AWSError) in
            try cloud.s3.listObjects(artifacts.bucket, prefix: artifacts.prefix) ?? []
        }
        let unneeded = objects.filter { object in
            !needed.contains(object.key) && (object.lastModified.map { $0 < limit } ?? false)
        }
        var result = Result(
            bucket: artifacts.bucket,
            unneeded: unneeded.map(\.key).sorted(),
            bytes: unneeded.reduce(0) { $0 + $1.size },
            kept: kept.count,
            isDeleted: false
        )
        if isDryRun || unneeded.isEmpty { return result }
        let count = unneeded.count == 1 ? "1 object" : "\(unneeded.count) objects"
        let question = Question("Delete \(count) that nothing needs from \(artifacts.bucket)?", defaultAnswer: false)
        guard try context.confirm(question, host) else {
            throw OperationError(.declined, "nothing was deleted", fix: "run the command again to delete it")
        }
        try cloud.attempt("delete from \(artifacts.bucket)") { () throws(AWSError) in
            // The records first: one without its package would promise what cannot be had.
            for key in result.unneeded.sorted(by: { artifacts.isRecord($0) && !artifacts.isRecord($1) }) {
                try cloud.s3.deleteObject(artifacts.bucket, key)
            }
        }
        result.isDeleted = true
        return result
    }
}

extension ArtifactStore {
    /// Everything that going back to a deployment needs.
    func keys(of record: DeploymentRecord) -> [String] {
        let package = record.package.map { [$0, Self.manifestKey(for: $0)] } ?? []
        return package + [templateKey(record.templateHash), recordKey(record.id)]
    }
}
