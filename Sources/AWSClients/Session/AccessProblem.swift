package import AWSCore

/// Why AWS did not let a call through; commands exit with 77 on any of these.
package enum AccessProblem: String, Sendable, Equatable, CaseIterable {
    /// The session's temporary credentials are past their time.
    case expiredCredentials
    /// The access key does not exist, is inactive, or belongs to another partition.
    case unknownAccessKey
    /// The secret key does not belong to the access key.
    case wrongSecretKey
    /// The request was not signed, or the signature could not be read.
    case notAuthenticated
    /// The machine's clock is off by more than AWS accepts.
    case clockSkew
    /// The credentials are good, their permissions do not cover the call.
    case denied

    /// Imperative, without a full stop.
    package var nextStep: String {
        switch self {
        case .expiredCredentials: "sign in again (`botctl login`, or export new credentials) and repeat the command"
        case .unknownAccessKey: "check AWS_ACCESS_KEY_ID or the profile's aws_access_key_id, and the region's partition"
        case .wrongSecretKey: "check AWS_SECRET_ACCESS_KEY or the profile's aws_secret_access_key"
        case .notAuthenticated: "check that AWS_SESSION_TOKEN belongs to the access key"
        case .clockSkew: "set the machine's clock and repeat the command"
        case .denied: "ask for a permission on the action that the message names, or choose another --profile"
        }
    }
}

extension AWSError {
    /// `nil` where the call failed for another reason than who made it.
    package var accessProblem: AccessProblem? {
        switch code {
        case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired":
            .expiredCredentials
        case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure":
            .unknownAccessKey
        case "SignatureDoesNotMatch", "InvalidSignatureException":
            // Both codes are also the answer to a date that is off; the message tells.
            message.contains("Signature expired") || message.contains("Signature not yet current")
                ? .clockSkew : .wrongSecretKey
        case "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
            "IncompleteSignatureException", "InvalidToken", "credentials.unavailable", "credentials.missing":
            .notAuthenticated
        case "RequestTimeTooSkewed", "RequestInTheFuture":
            .clockSkew
        case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized",
            "UnauthorizedException", "OptInRequired", "AllAccessDisabled", "AccountProblem":
            .denied
        default:
            // HEAD answers of S3 have no body, so no code.
            status == 403 || status == 401 ? .denied : nil
        }
    }
}
