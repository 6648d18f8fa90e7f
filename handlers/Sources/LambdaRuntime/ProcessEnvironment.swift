#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#endif

/// The variables that this process was started with.
public enum ProcessEnvironment {
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        // Lambda sets about thirty.
        variables.reserveCapacity(48)
        var entry = environ
        while let text = entry.pointee {
            if let separator = strchr(text, 0x3D) {
                let count = UnsafePointer(separator) - UnsafePointer(text)
                let name = UnsafeRawBufferPointer(start: text, count: count)
                variables[String(decoding: name, as: UTF8.self)] = String(cString: separator + 1)
            }
            entry += 1
        }
        return variables
    }
}
