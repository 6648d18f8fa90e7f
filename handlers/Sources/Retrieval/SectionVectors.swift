import AWSCore
public import BotContract

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The sections' vectors as `bot.json` carries them: a byte for each component, and one scale a section.
public struct SectionVectors: Sendable, Equatable {
    public let dimensions: Int
    public var count: Int { norms.count }
    private let components: [Int8]
    /// Of the bytes; the scale falls out of a cosine.
    private let norms: [Float]

    /// `nil` where the configuration's vectors do not fit each other or the sections.
    public init?(_ embeddings: BotConfiguration.Embeddings, sections: Int) {
        guard embeddings.dimensions > 0, embeddings.scales.count == sections,
            let bytes = base64Decode(embeddings.vectors), bytes.count == sections * embeddings.dimensions
        else { return nil }
        dimensions = embeddings.dimensions
        components = bytes.map(Int8.init(bitPattern:))
        var norms: [Float] = []
        for section in 0..<sections {
            var sum: Int32 = 0
            for index in (section * dimensions)..<((section + 1) * dimensions) {
                sum += Int32(components[index]) * Int32(components[index])
            }
            norms.append(Float(sum).squareRoot())
        }
        self.norms = norms
    }

    /// Of every section with the question, -1 to 1; `nil` for a vector of another length or of nothing.
    public func cosines(with vector: [Float]) -> [Double]? {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard vector.count == dimensions, length > 0, length.isFinite else { return nil }
        return norms.indices.map { section in
            guard norms[section] > 0 else { return 0 }
            var sum: Float = 0
            let start = section * dimensions
            for index in 0..<dimensions { sum += Float(components[start + index]) * vector[index] }
            return Double(sum / (norms[section] * length))
        }
    }

    /// - Parameter vectors: one for each section, all of one length.
    public static func quantised(_ vectors: [[Float]], model: String, dimensions: Int) -> BotConfiguration.Embeddings {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vectors.count * dimensions)
        var scales: [Double] = []
        for vector in vectors {
            precondition(vector.count == dimensions, "a vector of \(vector.count), not \(dimensions)")
            let largest = vector.reduce(Float(0)) { max($0, abs($1)) }
            let scale = largest > 0 ? largest / 127 : 1
            scales.append(Double(scale))
            bytes += vector.map { UInt8(bitPattern: Int8(($0 / scale).rounded())) }
        }
        return BotConfiguration.Embeddings(
            model: model,
            dimensions: dimensions,
            scales: scales,
            vectors: base64Encode(bytes)
        )
    }
}
