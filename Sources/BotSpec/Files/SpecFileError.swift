/// Why a file of the project could not be read.
package enum SpecFileError: Error, Sendable, Equatable {
    case notFound
    /// A folder, a device, a socket.
    case notAFile
    case tooLarge
    /// A symbolic link leads out of the project's folder.
    case outsideProject
    /// What the system says: `Permission denied`.
    case unreadable(String)
}
