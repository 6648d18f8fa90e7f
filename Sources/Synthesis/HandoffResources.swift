import BotSpec
import CloudFormation

/// The topic that mails people when a customer asks for one of them.
enum HandoffResources {
    static func add(to template: inout Template, _ context: Context) {
        guard let notify = context.spec.handoff?.notify else { return }
        template.add(
            Resource(
                ID.handoffTopic,
                "AWS::SNS::Topic",
                ["DisplayName": .string(context.spec.stackName), "Tags": context.tagList]
            )
        )
        // The address gets a mail to confirm; until then nothing reaches it.
        template.add(
            Resource(
                ID.handoffSubscription,
                "AWS::SNS::Subscription",
                ["TopicArn": .ref(ID.handoffTopic), "Protocol": "email", "Endpoint": .string(notify)]
            )
        )
    }
}
