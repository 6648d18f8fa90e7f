import HandlerBuild

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The user's browser. It is nobody's child to wait for: it goes on when botctl ends.
package enum BrowserOpening {
    /// The program that opens a URL here; `nil` where nobody would see it.
    package static func program(_ environment: [String: String]) -> String? {
        #if os(macOS)
            return findExecutable("open", path: environment["PATH"])
        #else
            let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
            return hasDisplay ? findExecutable("xdg-open", path: environment["PATH"]) : nil
        #endif
    }

    /// What it writes is not for this terminal, and Ctrl-C here is not for it.
    package static func open(_ url: String, with program: String, environment: [String: String]) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(url), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var pid = pid_t()
        _ = posix_spawn(&pid, program, &actions, &attributes, &arguments, &variables)
    }
}
