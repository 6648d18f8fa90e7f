import AWSCore
import Testing

@testable import AWSClients

/// Requests as botocore writes them, answers as botocore reads them.
@Suite struct CloudFormationOracleTests {
    static let namespace = "xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\""

    static func result(_ action: String, _ body: String) -> String {
        """
        <?xml version="1.0"?>
        <\(action)Response \(namespace)>
          <\(action)Result>\(body)</\(action)Result>
          <ResponseMetadata><RequestId>b9b4b068-3a41-11e5-94eb-example</RequestId></ResponseMetadata>
        </\(action)Response>
        """
    }

    static let stack = result(
        "DescribeStacks",
        """
        <Stacks><member>
          <StackName>acme</StackName><StackId>arn:aws:cloudformation:us-east-2:1:stack/acme/1</StackId>
          <CreationTime>2026-11-22T17:20:26.123Z</CreationTime><LastUpdatedTime>2026-11-22T18:00:00Z</LastUpdatedTime>
          <StackStatus>UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS</StackStatus>
          <StackStatusReason>a &lt;b&gt; &amp; &#xFC; <![CDATA[<c>]]></StackStatusReason>
          <DeploymentConfig><Mode>EXPRESS</Mode></DeploymentConfig>
          <DisableRollback>false</DisableRollback><EnableTerminationProtection>true</EnableTerminationProtection>
          <Capabilities><member>CAPABILITY_IAM</member><member>CAPABILITY_NAMED_IAM</member></Capabilities>
          <Parameters><member><ParameterKey>Key</ParameterKey><ParameterValue>v1</ParameterValue></member></Parameters>
          <Outputs><member><OutputKey>Url</OutputKey><OutputValue>wss://x</OutputValue><Description>d</Description></member></Outputs>
          <Tags><member><Key>team</Key><Value>support</Value></member></Tags>
        </member></Stacks>
        """
    )

    static let changeSet = result(
        "DescribeChangeSet",
        """
        <ChangeSetName>c1</ChangeSetName><ChangeSetId>arn:c1</ChangeSetId><StackId>arn:s</StackId><StackName>acme</StackName>
        <Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>
        <CreationTime>2026-11-22T17:20:26Z</CreationTime>
        <Changes><member><Type>Resource</Type><ResourceChange>
          <Action>Modify</Action><LogicalResourceId>Table</LogicalResourceId><PhysicalResourceId>acme-table</PhysicalResourceId>
          <ResourceType>AWS::DynamoDB::Table</ResourceType><Replacement>Conditional</Replacement>
          <PolicyAction>ReplaceAndRetain</PolicyAction>
          <Scope><member>Properties</member><member>Tags</member></Scope>
          <BeforeContext>{"a":1}</BeforeContext><AfterContext>{"a":2}</AfterContext>
          <Details><member>
            <Target><Attribute>Properties</Attribute><Name>BillingMode</Name><RequiresRecreation>Conditionally</RequiresRecreation>
              <Path>/Properties/BillingMode</Path><BeforeValue>PROVISIONED</BeforeValue><AfterValue>PAY_PER_REQUEST</AfterValue>
              <AttributeChangeType>Modify</AttributeChangeType></Target>
            <Evaluation>Static</Evaluation><ChangeSource>DirectModification</ChangeSource><CausingEntity>P</CausingEntity>
          </member></Details>
        </ResourceChange></member></Changes>
        """
    )

    static let events = result(
        "DescribeStackEvents",
        """
        <StackEvents><member>
          <EventId>e1</EventId><StackId>arn:s</StackId><StackName>acme</StackName><LogicalResourceId>Table</LogicalResourceId>
          <PhysicalResourceId/><ResourceType>AWS::DynamoDB::Table</ResourceType><Timestamp>2026-11-22T17:20:26.5Z</Timestamp>
          <ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>no</ResourceStatusReason>
          <ClientRequestToken>t</ClientRequestToken>
        </member></StackEvents>
        """
    )

    static let resources = result(
        "ListStackResources",
        """
        <StackResourceSummaries><member>
          <LogicalResourceId>Table</LogicalResourceId><PhysicalResourceId>p</PhysicalResourceId>
          <ResourceType>AWS::DynamoDB::Table</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>
          <LastUpdatedTimestamp>2026-11-22T17:20:26Z</LastUpdatedTimestamp>
        </member></StackResourceSummaries>
        """
    )

    @Test func readingCalls() throws {
        let differences = try differencesFromBotocore([
            OracleCall("cloudformation", "DescribeStacks", ["StackName": "acme"], answer: Self.stack) {
                session throws in
                let stack = try #require(try CloudFormationClient(session: session).describeStack("acme"))
                #expect(stack.status == .updateRollbackCompleteCleanupInProgress)
                #expect(stack.hasTerminationProtection)
                return [
                    ("Stacks.0.DeploymentConfig.Mode", optional(stack.deploymentMode?.rawValue)),
                    ("Stacks.0.StackName", .string(stack.name)),
                    ("Stacks.0.StackId", .string(stack.id)),
                    ("Stacks.0.StackStatus", .string(stack.status.word)),
                    ("Stacks.0.StackStatusReason", optional(stack.statusReason)),
                    ("Stacks.0.CreationTime", optional(stack.created)),
                    ("Stacks.0.LastUpdatedTime", optional(stack.lastUpdated)),
                    ("Stacks.0.Capabilities", .array(stack.capabilities.map { .string($0) })),
                    ("Stacks.0.Parameters.0.ParameterValue", optional(stack.parameters["Key"])),
                    ("Stacks.0.Outputs.0.OutputValue", optional(stack.outputs["Url"])),
                    ("Stacks.0.Tags.0.Value", optional(stack.tags["team"])),
                ]
            },
            OracleCall(
                "cloudformation",
                "GetTemplate",
                ["StackName": "acme", "TemplateStage": "Original"],
                answer: Self.result("GetTemplate", "<TemplateBody>{\"a\": \"&lt;\r\nb\"}</TemplateBody>")
            ) { session throws in
                [("TemplateBody", optional(try CloudFormationClient(session: session).getTemplate("acme")))]
            },
            OracleCall("cloudformation", "DescribeStackEvents", ["StackName": "acme"], answer: Self.events) {
                session throws in
                let event = try #require(try CloudFormationClient(session: session).stackEvents("acme").first)
                #expect(event.isFailure && !event.isOfStack)
                return [
                    ("StackEvents.0.EventId", .string(event.id)),
                    ("StackEvents.0.StackId", .string(event.stackId)),
                    ("StackEvents.0.LogicalResourceId", .string(event.logicalId)),
                    ("StackEvents.0.PhysicalResourceId", optional(event.physicalId)),
                    ("StackEvents.0.ResourceType", .string(event.resourceType)),
                    ("StackEvents.0.ResourceStatus", .string(event.status)),
                    ("StackEvents.0.ResourceStatusReason", optional(event.statusReason)),
                    ("StackEvents.0.Timestamp", optional(event.time)),
                    ("StackEvents.0.ClientRequestToken", optional(event.clientToken)),
                ]
            },
            OracleCall("cloudformation", "ListStackResources", ["StackName": "acme"], answer: Self.resources) {
                session throws in
                let resource = try #require(try CloudFormationClient(session: session).stackResources("acme").first)
                return [
                    ("StackResourceSummaries.0.LogicalResourceId", .string(resource.logicalId)),
                    ("StackResourceSummaries.0.PhysicalResourceId", optional(resource.physicalId)),
                    ("StackResourceSummaries.0.ResourceType", .string(resource.type)),
                    ("StackResourceSummaries.0.ResourceStatus", .string(resource.status)),
                ]
            },
            OracleCall(
                "cloudformation",
                "ValidateTemplate",
                ["TemplateBody": "{ü}"],
                answer: Self.result(
                    "ValidateTemplate",
                    """
                    <Parameters><member><ParameterKey>K</ParameterKey><NoEcho>false</NoEcho></member></Parameters>
                    <Capabilities><member>CAPABILITY_IAM</member></Capabilities><CapabilitiesReason>r</CapabilitiesReason>
                    """
                )
            ) { session throws in
                let summary = try CloudFormationClient(session: session).validateTemplate(.body("{ü}"))
                return [
                    ("Parameters.0.ParameterKey", optional(summary.parameters.first)),
                    ("Capabilities.0", optional(summary.capabilities.first)),
                    ("CapabilitiesReason", optional(summary.capabilitiesReason)),
                ]
            },
            OracleCall(
                "cloudformation",
                "ListChangeSets",
                ["StackName": "acme"],
                answer: Self.result(
                    "ListChangeSets",
                    """
                    <Summaries><member><ChangeSetId>i</ChangeSetId><ChangeSetName>n</ChangeSetName><Status>FAILED</Status>
                    <ExecutionStatus>UNAVAILABLE</ExecutionStatus><StatusReason>r</StatusReason></member></Summaries>
                    """
                )
            ) { session throws in
                let summary = try #require(
                    try CloudFormationClient(session: session).listChangeSets(stackName: "acme").first
                )
                return [
                    ("Summaries.0.ChangeSetId", .string(summary.id)),
                    ("Summaries.0.ChangeSetName", .string(summary.name)),
                    ("Summaries.0.Status", .string(summary.status.word)),
                    ("Summaries.0.ExecutionStatus", .string(summary.executionStatus.word)),
                    ("Summaries.0.StatusReason", optional(summary.statusReason)),
                ]
            },
        ])
        #expect(differences == [])
    }

    @Test func drift() throws {
        let differences = try differencesFromBotocore([
            OracleCall(
                "cloudformation",
                "DetectStackDrift",
                ["StackName": "acme"],
                answer: Self.result("DetectStackDrift", "<StackDriftDetectionId>d</StackDriftDetectionId>")
            ) { session throws in
                [("StackDriftDetectionId", .string(try CloudFormationClient(session: session).detectDrift("acme")))]
            },
            OracleCall(
                "cloudformation",
                "DescribeStackDriftDetectionStatus",
                ["StackDriftDetectionId": "d"],
                answer: Self.result(
                    "DescribeStackDriftDetectionStatus",
                    """
                    <StackId>arn:s</StackId><StackDriftDetectionId>d</StackDriftDetectionId>
                    <DetectionStatus>DETECTION_FAILED</DetectionStatus><DetectionStatusReason>denied</DetectionStatusReason>
                    <Timestamp>2026-11-22T17:20:26Z</Timestamp>
                    """
                )
            ) { session throws in
                let detection = try CloudFormationClient(session: session).driftDetection("d")
                #expect(detection.hasFailed && !detection.isRunning)
                return [
                    ("DetectionStatus", .string(detection.status)),
                    ("DetectionStatusReason", optional(detection.reason)),
                ]
            },
            OracleCall(
                "cloudformation",
                "DescribeStackResourceDrifts",
                ["StackName": "acme", "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]],
                answer: Self.result(
                    "DescribeStackResourceDrifts",
                    """
                    <StackResourceDrifts><member>
                      <StackId>arn:s</StackId><LogicalResourceId>Table</LogicalResourceId>
                      <PhysicalResourceId>acme-table</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType>
                      <StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus><PropertyDifferences><member>
                        <PropertyPath>/BillingMode</PropertyPath><ExpectedValue>PAY_PER_REQUEST</ExpectedValue>
                        <ActualValue>PROVISIONED</ActualValue><DifferenceType>NOT_EQUAL</DifferenceType>
                      </member></PropertyDifferences><Timestamp>2026-11-22T17:20:26Z</Timestamp>
                    </member></StackResourceDrifts>
                    """
                )
            ) { session throws in
                let drift = try #require(try CloudFormationClient(session: session).driftedResources("acme").first)
                let difference = try #require(drift.differences.first)
                let path = "StackResourceDrifts.0"
                return [
                    ("\(path).LogicalResourceId", .string(drift.logicalId)),
                    ("\(path).PhysicalResourceId", optional(drift.physicalId)),
                    ("\(path).ResourceType", .string(drift.type)),
                    ("\(path).StackResourceDriftStatus", .string(drift.status)),
                    ("\(path).PropertyDifferences.0.PropertyPath", .string(difference.path)),
                    ("\(path).PropertyDifferences.0.ExpectedValue", optional(difference.expected)),
                    ("\(path).PropertyDifferences.0.ActualValue", optional(difference.actual)),
                    ("\(path).PropertyDifferences.0.DifferenceType", .string(difference.kind)),
                ]
            },
        ])
        #expect(differences == [])
    }

    @Test func changingCalls() throws {
        let request = ChangeSetRequest(
            stackName: "acme",
            name: "c1",
            type: .update,
            template: .url("https://b.s3.us-east-2.amazonaws.com/k"),
            parameters: ["B": .usePrevious, "A": "x=1&y=ü +"],
            capabilities: ["CAPABILITY_NAMED_IAM"],
            tags: ["team": "support", "env": "dev"],
            description: "d",
            clientToken: "t",
            deployment: DeploymentConfig(.express)
        )
        let differences = try differencesFromBotocore([
            OracleCall(
                "cloudformation",
                "CreateChangeSet",
                [
                    "StackName": "acme", "ChangeSetName": "c1", "ChangeSetType": "UPDATE",
                    "TemplateURL": "https://b.s3.us-east-2.amazonaws.com/k",
                    "Parameters": [
                        ["ParameterKey": "A", "ParameterValue": "x=1&y=ü +"],
                        ["ParameterKey": "B", "UsePreviousValue": true],
                    ],
                    "Capabilities": ["CAPABILITY_NAMED_IAM"],
                    "Tags": [["Key": "env", "Value": "dev"], ["Key": "team", "Value": "support"]],
                    "Description": "d", "ClientToken": "t",
                    "DeploymentConfig": ["Mode": "EXPRESS", "DisableRollback": false],
                ],
                answer: Self.result("CreateChangeSet", "<Id>i</Id><StackId>s</StackId>")
            ) { session throws in
                let created = try CloudFormationClient(session: session).createChangeSet(request)
                return [("Id", .string(created.id)), ("StackId", .string(created.stackId))]
            },
            OracleCall(
                "cloudformation",
                "DescribeChangeSet",
                ["ChangeSetName": "c1", "StackName": "acme", "IncludePropertyValues": true],
                answer: Self.changeSet
            ) { session throws in
                let set = try #require(
                    try CloudFormationClient(session: session).describeChangeSet("c1", stackName: "acme")
                )
                let change = try #require(set.changes.first)
                let detail = try #require(change.details.first)
                #expect(change.action == .modify && change.replacement == .conditional)
                #expect(detail.requiresRecreation == .conditionally)
                let path = "Changes.0.ResourceChange"
                return [
                    ("ChangeSetId", .string(set.id)), ("ChangeSetName", .string(set.name)),
                    ("Status", .string(set.status.word)), ("ExecutionStatus", .string(set.executionStatus.word)),
                    ("CreationTime", optional(set.created)),
                    ("\(path).Action", .string(change.action.word)),
                    ("\(path).LogicalResourceId", .string(change.logicalId)),
                    ("\(path).PhysicalResourceId", optional(change.physicalId)),
                    ("\(path).ResourceType", .string(change.type)),
                    ("\(path).Replacement", optional(change.replacement?.word)),
                    ("\(path).PolicyAction", optional(change.policyAction)),
                    ("\(path).Scope", .array(change.scope.map { .string($0) })),
                    ("\(path).BeforeContext", optional(change.beforeContext)),
                    ("\(path).AfterContext", optional(change.afterContext)),
                    ("\(path).Details.0.Target.Attribute", .string(detail.attribute)),
                    ("\(path).Details.0.Target.Name", optional(detail.name)),
                    ("\(path).Details.0.Target.Path", optional(detail.path)),
                    ("\(path).Details.0.Target.RequiresRecreation", .string(detail.requiresRecreation.word)),
                    ("\(path).Details.0.Target.BeforeValue", optional(detail.beforeValue)),
                    ("\(path).Details.0.Target.AfterValue", optional(detail.afterValue)),
                    ("\(path).Details.0.Target.AttributeChangeType", optional(detail.changeType)),
                    ("\(path).Details.0.Evaluation", optional(detail.evaluation)),
                    ("\(path).Details.0.ChangeSource", optional(detail.source)),
                    ("\(path).Details.0.CausingEntity", optional(detail.causingEntity)),
                ]
            },
            OracleCall(
                "cloudformation",
                "ExecuteChangeSet",
                ["ChangeSetName": "c1", "StackName": "acme", "ClientRequestToken": "t"],
                answer: Self.result("ExecuteChangeSet", "")
            ) { session throws in
                try CloudFormationClient(session: session)
                    .executeChangeSet("c1", stackName: "acme", clientToken: "t")
                return []
            },
            OracleCall(
                "cloudformation",
                "DeleteChangeSet",
                ["ChangeSetName": "arn:c1"],
                answer: Self.result("DeleteChangeSet", "")
            ) { session throws in
                try CloudFormationClient(session: session).deleteChangeSet("arn:c1")
                return []
            },
            OracleCall(
                "cloudformation",
                "DeleteStack",
                [
                    "StackName": "acme", "RetainResources": ["Table", "Bucket"], "ClientRequestToken": "t",
                    "DeploymentConfig": ["Mode": "EXPRESS", "DisableRollback": true],
                ],
                answer: "<DeleteStackResponse \(Self.namespace)><ResponseMetadata/></DeleteStackResponse>"
            ) { session throws in
                try CloudFormationClient(session: session)
                    .deleteStack(
                        "acme",
                        retainResources: ["Table", "Bucket"],
                        deployment: DeploymentConfig(.express, disablesRollback: true),
                        clientToken: "t"
                    )
                return []
            },
            OracleCall(
                "cloudformation",
                "UpdateTerminationProtection",
                ["StackName": "acme", "EnableTerminationProtection": false],
                answer: Self.result("UpdateTerminationProtection", "<StackId>s</StackId>")
            ) { session throws in
                try CloudFormationClient(session: session).updateTerminationProtection("acme", enabled: false)
                return []
            },
            OracleCall(
                "cloudformation",
                "ContinueUpdateRollback",
                ["StackName": "acme", "ResourcesToSkip": ["F"], "ClientRequestToken": "t"],
                answer: Self.result("ContinueUpdateRollback", "")
            ) { session throws in
                try CloudFormationClient(session: session)
                    .continueUpdateRollback("acme", resourcesToSkip: ["F"], clientToken: "t")
                return []
            },
            OracleCall(
                "cloudformation",
                "CancelUpdateStack",
                ["StackName": "acme", "ClientRequestToken": "t"],
                answer: "<CancelUpdateStackResponse \(Self.namespace)><ResponseMetadata/></CancelUpdateStackResponse>"
            ) { session throws in
                try CloudFormationClient(session: session).cancelUpdateStack("acme", clientToken: "t")
                return []
            },
        ])
        #expect(differences == [])
    }
}
