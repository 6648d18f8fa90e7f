/// The files that one run reads, each once.
final class ProjectFiles {
    private let projectDirectory: String
    private let loader: SpecLoader
    private var texts: [String: Result<[UInt8], SpecFileError>] = [:]
    private var listings: [String: Result<[String]?, SpecFileError>] = [:]

    init(projectDirectory: String, loader: SpecLoader) {
        self.projectDirectory = projectDirectory
        self.loader = loader
    }

    /// Sorted.
    var touched: [String] { Set(texts.keys).union(listings.keys).sorted() }

    func read(_ path: String, limit: Int) throws(SpecFileError) -> [UInt8] {
        if let known = texts[path] { return try known.get() }
        let result: Result<[UInt8], SpecFileError>
        do {
            result = .success(try loader.readFile(projectDirectory, path, true, limit))
        } catch {
            result = .failure(error)
        }
        texts[path] = result
        return try result.get()
    }

    /// Files below a folder, relative to it; `nil` if the path is a file.
    func list(_ path: String) throws(SpecFileError) -> [String]? {
        if let known = listings[path] { return try known.get() }
        let result: Result<[String]?, SpecFileError>
        do {
            result = .success(try loader.listFiles(projectDirectory, path))
        } catch {
            result = .failure(error)
        }
        listings[path] = result
        return try result.get()
    }
}
