/// The project that `botctl init` writes.
package enum ProjectTemplate {
    package struct File: Sendable, Equatable {
        /// Relative to the project's folder.
        package var path: String
        package var contents: String
        package var executable: Bool
    }
}
