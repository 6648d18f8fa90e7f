import AWSCore

extension BedrockForwarder.Answer {
    /// Writes what comes as it comes, byte for byte, until the fault's place in the stream.
    func pass(on writer: ResponseWriter, broken: (afterEvents: Int, breakage: Breakage)?) {
        defer { exchange.cancel() }
        var headers = HTTPHeaders()
        for field in head.headers.fields where BedrockForwarder.isForCaller(field.name) {
            headers.add(field.name, field.value)
        }
        writer.begin(HTTPResponseHead(status: head.status, headers: headers))
        var events = EventCounter()
        do throws(TransportError) {
            while writer.isConnected, let bytes = try exchange.next() {
                guard let broken, head.status == 200 else {
                    writer.chunk(bytes)
                    continue
                }
                let (passed, isThere) = events.take(bytes, upTo: broken.afterEvents)
                writer.chunk(passed)
                if isThere { broken.breakage.streamed(writer) }
            }
        } catch {
            // The caller sees the stream break off as it did, not an end that would look whole.
            writer.reset()
        }
    }
}

/// Finds the ends of events in a stream by the length at the beginning of each
/// (https://smithy.io/2.0/aws/amazon-eventstream.html).
struct EventCounter {
    private var complete = 0
    /// Of the event that is under way: its bytes so far, and its length once four of them are there.
    private var seen = 0
    private var length: Int?
    private var prefix = 0

    /// - Returns: the bytes up to the end of the event of that number, and whether that was reached.
    mutating func take(_ bytes: [UInt8], upTo maximum: Int) -> (passed: [UInt8], isThere: Bool) {
        if complete >= maximum { return ([], true) }
        for (index, byte) in bytes.enumerated() {
            seen += 1
            if seen <= 4 { prefix = prefix << 8 | Int(byte) }
            if seen == 4 { length = max(4, prefix) }
            guard seen == length else { continue }
            complete += 1
            (seen, length, prefix) = (0, nil, 0)
            if complete == maximum { return (Array(bytes[...index]), true) }
        }
        return (bytes, false)
    }
}
