import Bot

Bot.main()
