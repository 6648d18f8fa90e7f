/// An element of an AWS answer: its name without namespace prefix, its text and its child elements.
/// Attributes are not kept: no answer that is read here says anything in them.
struct XMLElement: Equatable, Sendable {
    var name: String
    /// All character data directly inside, in order, entities resolved; white space as it came.
    var text: String
    var children: [XMLElement]

    init(name: String, text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of that name.
    func first(_ name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    /// The text of the first child of that name; `nil` where there is no such child.
    func string(_ name: String) -> String? {
        first(name)?.text
    }

    func bool(_ name: String) -> Bool? {
        string(name).map { $0 == "true" }
    }

    /// The elements of an AWS Query list: `<name><member/><member/></name>`.
    func members(_ name: String) -> [XMLElement] {
        first(name)?.children.filter { $0.name == "member" } ?? []
    }

    /// The children of that name, for lists that S3 writes without a container.
    func all(_ name: String) -> [XMLElement] {
        children.filter { $0.name == name }
    }
}
