/// What the machine itself gives: containers and instances.
extension CredentialCase {
    static let containers: [CredentialCase] = [
        .init("container", environment: container("task?id=1&x=%20y")),
        .init(
            "container with a token",
            environment: container("task", ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc"])
        ),
        .init(
            "container with a token file, which comes first",
            environment: container(
                "task",
                ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"]
            ),
            files: ["token": "eyJ.pod.identity"]
        ),
        .init(
            "container with a token of two lines",
            environment: container("task", ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nX: y"])
        ),
        .init(
            "container without its token file",
            environment: container("task", ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/none"])
        ),
        .init(
            "container that refuses, instance or not",
            environment: container("refused").merging(metadata("ok")) { $1 }
        ),
        .init("container that answers nonsense", environment: container("garbage")),
        .init("container with credentials of yesterday", environment: container("expired")),
        .init("container elsewhere without TLS", environment: [full: "http://10.0.0.1/x"]),
        .init("container by a name", environment: [full: "http://metadata.example/x"]),
        .init("container by localhost", environment: [full: "http://localhost:{port}/container/task"]),
        .init("container by another loopback address", environment: [full: "http://127.0.0.1:{port}/container/loop"]),
    ]

    static let instances: [CredentialCase] = [
        .init("instance disabled", environment: metadata("ok").merging(["AWS_EC2_METADATA_DISABLED": "TRUE"]) { $1 }),
        .init("instance with version 1 alone", environment: metadata("v1")),
        .init("instance with version 1 alone, 405", environment: metadata("v1-405")),
        .init(
            "instance with version 1 alone, which is disabled",
            environment: metadata("v1").merging(["AWS_EC2_METADATA_V1_DISABLED": "true"]) { $1 }
        ),
        .init("instance that refuses the token", environment: metadata("refused")),
        .init("instance without a role", environment: metadata("norole")),
        .init("instance that denies", environment: metadata("denied")),
        .init("instance with an empty role", environment: metadata("empty")),
        .init("instance that is broken", environment: metadata("broken")),
        .init("instance with an error in JSON", environment: metadata("error")),
        .init("instance that answers nonsense", environment: metadata("garbage")),
        .init("instance whose credentials are stale", environment: metadata("stale")),
        .init("instance by the profile", environment: [imds: "http://127.0.0.1:{port}/imds/ok/"]),
        .init(
            "instance by the config file",
            environment: [imds: unset],
            config: "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:{port}/imds/ok\n"
        ),
    ]
}
