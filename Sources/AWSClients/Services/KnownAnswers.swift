package import AWSCore

/// The only place that reads meaning out of a service's wording.

extension AWSError {
    /// The service says that the thing asked for does not exist. Denied access is never read as absence,
    /// except where the service itself cannot tell: that stays an error.
    package var isAbsent: Bool {
        switch code {
        case "ValidationError":
            // CloudFormation: "Stack with id x does not exist", "Stack [x] does not exist",
            // "Stack: x does not exist".
            message.contains("does not exist") && message.hasPrefix("Stack")
        case "ChangeSetNotFound", "ChangeSetNotFoundException":
            true
        case "NoSuchKey", "NoSuchBucket", "NoSuchVersion":
            true
        case "ParameterNotFound", "ResourceNotFoundException", "NotFoundException":
            true
        default:
            // S3 answers HEAD without a body, so without a code.
            status == 404 && body.isEmpty && operation.hasPrefix("s3.Head")
        }
    }

    /// The service does not know `DeploymentConfig`, or does not allow it here.
    package var refusesDeploymentConfig: Bool {
        let text = message.lowercased()
        return status == 400
            && ["deploymentconfig", "deployment-config", "express mode"].contains(where: text.contains)
    }

    /// The service says that the thing to be made exists already.
    package var alreadyExists: Bool {
        ["AlreadyExistsException", "ParameterAlreadyExists", "ResourceAlreadyExistsException"].contains(code)
    }
}

/// CloudFormation's ways to say that a change set has nothing in it: with a template and without transforms.
func saysNothingToChange(_ reason: String) -> Bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// `nil` where the service says that the thing asked for does not exist.
func absentAsNil<Answer>(_ call: () throws(AWSError) -> Answer) throws(AWSError) -> Answer? {
    do {
        return try call()
    } catch {
        if error.isAbsent { return nil }
        throw error
    }
}

/// The token of the next page: an empty one ends the list, one that repeats would be read for ever.
func nextPage(_ token: String?, after previous: String?, operation: String) throws(AWSError) -> String? {
    guard let token, !token.isEmpty else { return nil }
    guard token != previous else {
        throw AWSError(
            code: "client.pagination",
            message: "the service answered with the same page twice",
            status: 200,
            operation: operation
        )
    }
    return token
}
