import AWSCore
import BotContract
import HandlerBuild

/// Vectors that were paid for, by what they are of: the same text is embedded once.
///
///     <user's cache>/embeddings/<hash of model, dimensions and text>   32-bit floats, little-endian
struct VectorCache {
    private let folder: String
    private let files: FileSystem
    private let model: EmbeddingModel
    private let dimensions: Int

    init(_ context: ProjectContext, model: EmbeddingModel, dimensions: Int) {
        folder =
            UserCache.folder(environment: context.effects.environment, projectDirectory: context.directory)
            + "/embeddings"
        files = context.effects.files
        self.model = model
        self.dimensions = dimensions
    }

    /// `nil` for what is not there, or is not a vector of that length.
    func vector(of text: String) throws(OperationError) -> [Float]? {
        guard let bytes = try files.read(path(text)), bytes.count == 4 * dimensions else { return nil }
        let vector = stride(from: 0, to: bytes.count, by: 4).map { start in
            Float(
                bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            )
        }
        return vector.allSatisfy(\.isFinite) ? vector : nil
    }

    func store(_ vector: [Float], of text: String) throws(OperationError) {
        let bytes = vector.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
        try files.write(path(text), bytes, false)
    }

    private func path(_ text: String) -> String {
        "\(folder)/\(hexEncode(sha256(Array("\(model.id)\n\(dimensions)\n\(text)".utf8))))"
    }
}
