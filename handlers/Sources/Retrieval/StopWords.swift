/// Words that questions have whatever they are about. English; in other languages rarity does the same.
enum StopWords {
    /// Compared after `Words.of`, so they are stemmed like everything else.
    static let all: Set<String> = Set(
        Words.of(
            """
            a about after all also am an and any are as at be been being but by can cant could did didnt do does \
            doesnt doing dont else for from get getting give go going got had has have having he hello help her hey \
            hi him his how i id if im in into is isnt it its ive just know let like make many may me more much must \
            my need never no not now of off ok on one only or other our out please possible question really she \
            should so some someone something still such tell than thank thanks that thats the their them then there \
            these they thing things this those to too up us very want was we well were what whats when where which \
            who whom why will with without would yes yet you your yours
            """
        )
    )
}
