/// The files of the page of `botctl dev`, which are embedded in the executable.
package struct DevPageFile: Sendable, Equatable {
    /// For `Content-Type`.
    package var type: String
    package var contents: [UInt8]

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    ]
    private static let folder = "dev/"

    /// By the path that the page loads them from, the page itself under the empty one.
    /// - Parameter version: botctl's, named in the widget's file.
    package static func all(version: String) throws -> [String: DevPageFile] {
        var files: [String: DevPageFile] = [:]
        for file in embeddedFiles where file.path.hasPrefix(folder) {
            let name = String(file.path.dropFirst(folder.count))
            guard let type = types[String(name.split(separator: ".").last ?? "")] else { continue }
            files[name == "index.html" ? "" : name] = DevPageFile(type: type, contents: Array(file.contents.utf8))
        }
        files[WidgetFile.name] = DevPageFile(
            type: "text/javascript; charset=utf-8",
            contents: Array(try WidgetFile(version: version).contents.utf8)
        )
        return files
    }
}
