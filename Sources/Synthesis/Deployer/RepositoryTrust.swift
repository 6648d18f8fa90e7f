/// Whose CI jobs may take a role: those of one repository, on one branch or in one environment.
///
///     github:ORG/REPO                      the branch main
///     github:ORG/REPO@release              another branch
///     github:ORG/REPO@environment:prod     jobs of a GitHub environment
///     gitlab:GROUP/PROJECT@main            gitlab.com, subgroups included
package struct RepositoryTrust: Sendable, Equatable {
    package enum Host: String, Sendable, CaseIterable { case github, gitlab }
    package enum Place: Sendable, Equatable {
        case branch(String)
        case environment(String)
    }

    package var host: Host
    /// `ORG/REPO`, as the host writes it: IAM compares upper and lower case.
    package var repository: String
    package var deploysFrom: Place

    /// - Throws: one sentence that says what is wrong.
    package init(parsing text: String) throws(Problem) {
        guard let colon = text.firstIndex(of: ":"), let host = Host(rawValue: String(text[..<colon])) else {
            throw Problem("write github:ORG/REPO or gitlab:GROUP/PROJECT")
        }
        let rest = text[text.index(after: colon)...]
        let repository = String(rest.prefix { $0 != "@" })
        let place = rest.dropFirst(repository.count + 1)
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy(Self.isPlain), host == .github ? parts.count == 2 : parts.count >= 2 else {
            throw Problem("`\(repository)` is not one repository: a wildcard would trust strangers")
        }
        self.host = host
        self.repository = repository
        let environment = "environment:"
        if rest.contains("@"), place.isEmpty { throw Problem("nothing stands after the @") }
        if place.hasPrefix(environment) {
            guard host == .github else { throw Problem("the tokens of GitLab do not name environments: use a branch") }
            let name = place.dropFirst(environment.count)
            guard Self.isPlain(name) else {
                throw Problem("an environment's name has letters, digits, dots, hyphens and underscores here")
            }
            deploysFrom = .environment(String(name))
        } else {
            guard
                place.isEmpty || place.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isPlain)
            else { throw Problem("`\(place)` is not one branch: letters, digits, dots, hyphens, underscores, slashes") }
            deploysFrom = .branch(place.isEmpty ? "main" : String(place))
        }
    }

    package struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        package var description: String
        init(_ description: String) { self.description = description }
    }

    private static func isPlain(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    /// Who signs the tokens, without `https://`.
    package var issuer: String {
        switch host {
        case .github: "token.actions.githubusercontent.com"
        case .gitlab: "gitlab.com"
        }
    }

    /// For whom the tokens are made, as the workflows that botctl writes ask for them.
    package var audience: String {
        switch host {
        case .github: "sts.amazonaws.com"
        case .gitlab: "https://gitlab.com"
        }
    }

    /// The `sub` of a job that may deploy
    /// (https://docs.github.com/en/actions/reference/security/oidc,
    /// https://docs.gitlab.com/ci/cloud_services/#configure-a-conditional-role-with-oidc-claims).
    var deploySubject: String {
        switch (host, deploysFrom) {
        case (.github, .branch(let name)): "repo:\(repository):ref:refs/heads/\(name)"
        case (.github, .environment(let name)): "repo:\(repository):environment:\(name)"
        case (.gitlab, .branch(let name)), (.gitlab, .environment(let name)):
            "project_path:\(repository):ref_type:branch:ref:\(name)"
        }
    }

    /// The operator and the `sub` of a pull request's job. GitHub gives pull requests of forks no token at all. GitLab
    /// names the source branch, which can be any: only there a star stands, behind the project. A fork is another
    /// project.
    var pullRequestSubject: (operator: String, value: String) {
        switch host {
        case .github: ("StringEquals", "repo:\(repository):pull_request")
        case .gitlab: ("StringLike", "project_path:\(repository):ref_type:branch:ref:*")
        }
    }
}
