import BotctlCommands

BotctlMain.run()
