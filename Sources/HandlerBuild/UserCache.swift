/// Where a user's projects share what takes time or money to make.
package enum UserCache {
    /// `$XDG_CACHE_HOME/botctl`, `~/.cache/botctl` (on macOS `~/Library/Caches/botctl`), or the project's own folder where there is no home
    /// (https://specifications.freedesktop.org/basedir-spec/latest).
    package static func folder(environment: [String: String], projectDirectory: String) -> String {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/botctl" }
        if let home = environment["HOME"], home.hasPrefix("/"), home != "/" || Files.isDirectory("/.cache") {
            #if os(macOS)
                return "\(home)/Library/Caches/botctl"
            #else
                return "\(home)/.cache/botctl"
            #endif
        }
        return "\(projectDirectory)/.botctl/cache"
    }
}
