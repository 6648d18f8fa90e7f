package import HandlerBuild

/// What is uploaded: the zip that every function of a bot runs, named by its content.
package struct BuiltPackage: Sendable, Equatable {
    /// Absolute path of the zip.
    package var path: String
    package var zip: [UInt8]
    /// Lower-case hex.
    package var sha256: String
    package var architecture: LambdaArchitecture
    /// JSON: what is inside, so that a later diff can say what changed without fetching the zip.
    package var manifest: String
    /// The zip on disk was this one already.
    package var unchanged: Bool

    package init(
        path: String,
        zip: [UInt8],
        sha256: String,
        architecture: LambdaArchitecture,
        manifest: String,
        unchanged: Bool
    ) {
        self.path = path
        self.zip = zip
        self.sha256 = sha256
        self.architecture = architecture
        self.manifest = manifest
        self.unchanged = unchanged
    }
}
