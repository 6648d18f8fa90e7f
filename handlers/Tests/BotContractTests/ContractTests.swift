import BotContract
import Testing

struct ContractTests {
    @Test func turnIdsAreOrderedByTime() {
        var last = ""
        for milliseconds in stride(from: Int64(0), through: 4_000_000_000_000, by: 7_777_777_777) {
            let id = TableLayout.turnId(milliseconds: milliseconds, random: (.max, .max))
            #expect(id.utf8.count == 26 && id > last)
            #expect(Frame.isHistoryId("\(id).0") && Frame.isHistoryId("\(id).1"))
            last = id
        }
        // The ULID specification's own example of a time: https://github.com/ulid/spec
        #expect(TableLayout.turnId(milliseconds: 1_469_918_176_385, random: (0, 0)).hasPrefix("01ARYZ6S41"))
    }

    @Test func keysOfOneChatDoNotReachIntoAnother() {
        let chat = "Lq3d="
        #expect(TableLayout.turnKey(chatId: chat, messageId: "m1") == "Lq3d=!m1")
        #expect(TableLayout.messageKey(chatId: chat, turnId: "T", role: .customer) == "Lq3d=#T.0")
        #expect(TableLayout.messageKey(chatId: chat, turnId: "T", role: .bot) == "Lq3d=#T.1")
        #expect(!TableLayout.messagePrefix(chatId: "Lq3d").hasPrefix(TableLayout.messagePrefix(chatId: chat)))
        #expect(!TableLayout.turnKey(chatId: chat, messageId: "m").hasPrefix(TableLayout.messagePrefix(chatId: chat)))
    }

    @Test func everyErrorHasItsOwnText() {
        #expect(Set(ErrorCode.allCases.map(\.text)).count == ErrorCode.allCases.count)
        for code in ErrorCode.allCases {
            #expect(ServerFrame.failure(code).encoded().count < Frame.maximumBytes)
        }
    }

    @Test func theTokenKeyIsPerBotAndStage() {
        #expect(TokenKey.parameterName(name: "acme", stage: "dev") == "/botctl/acme/dev/token-key")
    }

    @Test func onlyTheHandlersThatNeedThemHavePermissions() {
        for handler in HandlerName.allCases {
            #expect(handler.callsModel == (handler == .sendMessage))
            #expect(Set(handler.tableActions).isSubset(of: ["GetItem", "PutItem", "Query", "UpdateItem"]))
        }
    }
}
