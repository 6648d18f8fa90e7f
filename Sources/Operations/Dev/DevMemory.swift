import AWSCore

/// What one run leaves to the next, so that a page that is still open finds the bot again.
struct DevMemory: Equatable {
    /// Of the page's path.
    var token: String
    var pagePort = 0
    /// Of the connections: browsers keep a chat under its address.
    var chatPort = 0

    static let fileName = "dev.json"

    /// A file that is not one of ours is as good as none.
    static func read(_ path: String, _ effects: Effects) -> DevMemory {
        let fresh = DevMemory(token: base64URLEncode(effects.randomBytes(18)))
        guard let bytes = try? effects.files.read(path), let value = try? JSONValue.parse(bytes),
            let token = value["token"]?.stringValue, token.utf8.count >= 20,
            token.utf8.allSatisfy({ $0 == 0x2D || $0 == 0x5F || isLetterOrDigit($0) })
        else { return fresh }
        func port(_ name: String) -> Int {
            value[name]?.intValue.flatMap { (1...65_535).contains($0) ? Int($0) : nil } ?? 0
        }
        return DevMemory(token: token, pagePort: port("pagePort"), chatPort: port("chatPort"))
    }

    /// For its owner only: whoever knows the token can use the page.
    func write(_ path: String, _ effects: Effects) throws(OperationError) {
        let value: JSONValue = [
            "token": .string(token), "pagePort": .int(Int64(pagePort)), "chatPort": .int(Int64(chatPort)),
        ]
        do {
            try effects.credentials.writePrivateFile(path, value.encoded() + [0x0A])
        } catch {
            throw OperationError(.file, "\(path) cannot be written: \(error)", fix: "check the folder's permissions")
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
