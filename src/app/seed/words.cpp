// The vocabulary, and the patterns that put it together.
#include "app/seed/words.hpp"

#include <algorithm>
#include <array>

namespace grover::seed {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 64> kFirstNames = {
    "Amara",  "Mateo", "Yuki",  "Priya", "Lena",   "Omar",    "Sofia",  "Noah",   "Aisha",  "Kai",   "Ines",
    "Jonas",  "Mei",   "Tariq", "Clara", "Diego",  "Freya",   "Hugo",   "Zoe",    "Ravi",   "Nina",  "Leo",
    "Fatima", "Anton", "Chloe", "Emeka", "Isla",   "Jakub",   "Leila",  "Marco",  "Naomi",  "Oscar", "Paula",
    "Quinn",  "Rosa",  "Samir", "Tess",  "Umut",   "Vera",    "Wanda",  "Ximena", "Yara",   "Zain",  "Ada",
    "Björn",  "Chidi", "Dalia", "Elif",  "Farah",  "Gustavo", "Hana",   "Ivo",    "Joana",  "Kofi",  "Lucía",
    "Malik",  "Nuria", "Otto",  "Petra", "Rafael", "Selma",   "Thiago", "Uma",    "Violeta"};

constexpr std::array<std::string_view, 60> kLastNames = {
    "Okafor",   "Silva",  "Tanaka",   "Sharma",  "Novak",    "Haddad",  "Rossi",   "Martin",    "Khan",
    "Nakamura", "Moreau", "Berg",     "Chen",    "Aziz",     "Weber",   "García",  "Lindqvist", "Dubois",
    "Papadaki", "Patel",  "Ivanova",  "Costa",   "Rahman",   "Petrov",  "Laurent", "Eze",       "MacLeod",
    "Kowalski", "Farouk", "Bianchi",  "Cohen",   "Lindgren", "Santos",  "Murphy",  "Delgado",   "Nasser",
    "Brandt",   "Yilmaz", "Sokolova", "Nowak",   "Flores",   "Mansour", "Ahmed",   "Byron",     "Eriksson",
    "Adeyemi",  "Aydin",  "Kaya",     "Saleh",   "Almeida",  "Suzuki",  "Horvat",  "Pereira",   "Mensah",
    "Torres",   "Diallo", "Vidal",    "Fischer", "Jansen",   "O'Brien"};

constexpr std::array<std::string_view, 40> kPlaces = {"Lisbon, Portugal",    "Lagos, Nigeria",
                                                      "Kyoto, Japan",        "Berlin, Germany",
                                                      "Mexico City, Mexico", "Toronto, Canada",
                                                      "Istanbul, Türkiye",   "Mumbai, India",
                                                      "Oslo, Norway",        "Buenos Aires, Argentina",
                                                      "Cape Town",           "Barcelona, Spain",
                                                      "Seoul, South Korea",  "Accra, Ghana",
                                                      "Hanoi, Vietnam",      "Warsaw, Poland",
                                                      "Athens, Greece",      "Melbourne, Australia",
                                                      "Dublin, Ireland",     "Casablanca, Morocco",
                                                      "São Paulo, Brazil",   "Montréal, Canada",
                                                      "Kraków, Poland",      "Nairobi, Kenya",
                                                      "Amsterdam",           "Vienna, Austria",
                                                      "Bogotá, Colombia",    "Portland, Oregon",
                                                      "Austin, Texas",       "Prague",
                                                      "Naples, Italy",       "Edinburgh",
                                                      "Taipei, Taiwan",      "Ljubljana",
                                                      "Valparaíso, Chile",   "Porto",
                                                      "Beirut, Lebanon",     "Marseille, France",
                                                      "Reykjavík, Iceland",  "the night train"};

constexpr std::array<std::string_view, 44> kSentences = {
    "Finally finished {thing}.",
    "Day {number} of {doing} and I regret nothing.",
    "Nobody told me {doing} would be this much fun.",
    "Anyone else spend the whole weekend {doing}?",
    "{Thing} before breakfast, every single day.",
    "I keep coming back to {thing}.",
    "Three years of {doing} and I still learn something new each week.",
    "Unpopular opinion: {thing} is overrated, {other} is where it is at.",
    "What is your favourite {thing}?",
    "Started {doing} again after a long break.",
    "Today was all about {thing} and {other}.",
    "The secret is patience. And {thing}.",
    "Slow morning, strong coffee, {thing}.",
    "If you are new to {doing}: begin small, stay curious, ask questions.",
    "Sharing a little {thing} from last night.",
    "Two hours of {doing} and the world looks friendlier.",
    "Somebody on the train asked me about {thing}. Made my day.",
    "My grandmother taught me everything I know about {thing}.",
    "I said I would take a break. Then I saw {thing}.",
    "Work in progress: {thing}.",
    "Ask me anything about {doing}.",
    "Grateful for everybody who stopped by and talked about {thing}.",
    "It rained all day, so: {doing}.",
    "You do not need expensive gear for {doing}.",
    "The best {thing} I have seen this year was in {place}.",
    "Greetings from {place}!",
    "Next stop {place}, with {thing} in the bag.",
    "Can we talk about {thing} for a second?",
    "Small win: {thing} works now.",
    "Failed again at {thing}. Same time tomorrow.",
    "Looking for people in {place} who are into {doing}.",
    "Still thinking about {thing}.",
    "This took {number} attempts.",
    "A thread on {thing}, because so many of you asked.",
    "Less scrolling, more {doing}.",
    "New here! I am mostly into {thing} and {other}.",
    "Half of {doing} is showing up.",
    "Old photo, same love for {thing}.",
    "Hot take: {doing} should be taught in school.",
    "Just {thing}. That is the whole post.",
    "Somewhere between {thing} and {other} I lost track of time.",
    "Thanks for {number},000 of you following along.",
    "How it started: {thing}. How it is going: {other}.",
    "More soon."};

constexpr std::array<std::string_view, 36> kReplies = {
    "Love this!",
    "So good.",
    "How long did that take you?",
    "Where was this?",
    "Saving this for later.",
    "Same here, every single time.",
    "Congratulations, well deserved!",
    "Could you share how you did it?",
    "I needed to read this today.",
    "Not sure I agree, but I like how you put it.",
    "This is exactly why I started {doing}.",
    "{Thing}? Tell me more.",
    "Haha, been there.",
    "Wow.",
    "You make it look easy.",
    "Count me in next time!",
    "Was thinking the same about {thing}.",
    "First time I see somebody mention {thing} here.",
    "The light in this one!",
    "Honestly, {other} changed my mind about that.",
    "Thank you for sharing.",
    "Which one do you use?",
    "Okay, now I have to try {doing}.",
    "Beautiful.",
    "Following for part two.",
    "My sister would love this.",
    "That is a lot of {thing}.",
    "Any tips for a beginner?",
    "Underrated.",
    "I was in {place} last month, small world!",
    "Teach me!",
    "Great point about {thing}.",
    "This made me smile.",
    "I tried it yesterday and it works, even on the first attempt. Took me about {number} minutes.",
    "What a journey. I remember your very first post about {thing}, and look at you now.",
    "Yes, yes, yes."};

constexpr std::array<std::string_view, 14> kBios = {"{Doing}, mostly.",
                                                    "Into {thing} and {other}.",
                                                    "{Thing} person. Based in {place}.",
                                                    "Learning in public: {doing}.",
                                                    "I post about {thing}. Sometimes {other}.",
                                                    "{Doing} since 20{number}.",
                                                    "Collecting stories about {thing}.",
                                                    "Opinions are my own, {thing} is everybody's.",
                                                    "Making things. {Place} → everywhere.",
                                                    "Coffee, {thing}, repeat.",
                                                    "Here for {thing}, staying for the people.",
                                                    "Parent, neighbour, {thing} enthusiast.",
                                                    "Ask me about {doing}.",
                                                    "Slowly getting better at {doing}."};

constexpr std::array<std::string_view, 10> kQuestions = {"Which one would you pick?",
                                                         "What should I try next?",
                                                         "Best of the week?",
                                                         "What are you into at the moment?",
                                                         "Settle this once and for all:",
                                                         "What do you want to see more of here?",
                                                         "Morning or evening: what first?",
                                                         "Which of these is overrated?",
                                                         "If you could keep only one?",
                                                         "What shall we do at the next meet-up?"};

constexpr std::array<std::string_view, 16> kEmoji = {"🔥", "✨", "😊", "🙌", "😂", "❤️", "🎉", "👀",
                                                     "💡", "☕", "🌱", "🌊", "😅", "🙏",      "🚀", "👏"};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// Replaces {thing}, {other}, {doing}, {place} and {number}; a capital letter asks for one.
void fill(std::string& out, std::string_view pattern, Random& random, const Topic& topic) {
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        out += pattern.substr(0, open);
        if (open == pattern.npos) return;
        const auto close = pattern.find('}', open);
        const auto slot = pattern.substr(open + 1, close - open - 1);
        pattern.remove_prefix(close + 1);
        const auto start = out.size();
        switch (slot[0] | 0x20) {
            case 'd':
                out += random.one_of(topic.doings);
                break;
            case 'p':
                out += random.one_of(kPlaces);
                break;
            case 'n':
                out += std::to_string(random.between(2, 99));
                break;
            default:
                out += random.one_of(topic.things);
                break;
        }
        if (slot[0] < 'a') out[start] = upper(out[start]);
    }
}

int sentence_count(Random& random) {
    const auto x = random.fraction();
    if (x < 0.42) return 1;
    if (x < 0.74) return 2;
    if (x < 0.90) return 3;
    if (x < 0.97) return random.between(4, 8);
    if (x < 0.995) return random.between(9, 20);
    return random.between(21, 60);
}

}  // namespace

std::span<const Topic> topics() {
    static const std::vector<Topic> all = {
        {"music",
         {"music", "newmusic", "song", "guitar", "jazz", "piano", "singer", "dj", "hiphop", "rock", "rap"},
         {"a four-track demo", "the new record", "vinyl", "an old synth", "that bass line",
          "a borrowed cello", "choir practice", "the B-side", "live recordings", "a lullaby in 7/8"},
         {"writing songs", "practising scales", "digging through record shops", "mixing on headphones",
          "busking", "learning the drums"}},
        {"art",
         {"art", "photography", "design", "drawing", "illustration", "digitalart", "painting", "sketch",
          "artist"},
         {"charcoal", "a mural", "film photography", "lino prints", "colour theory", "a zine", "watercolour",
          "ceramics", "street portraits", "negative space"},
         {"sketching strangers", "developing film at home", "painting at night", "carving blocks",
          "drawing every day", "hanging the first show"}},
        {"tech",
         {"tech", "coding", "programming", "software", "webdev", "startup", "gadgets", "technology"},
         {"a tiny web server", "mechanical keyboards", "the standard library", "an e-ink dashboard",
          "unit tests", "old hardware", "a home lab", "the command line", "open source",
          "a compiler warning"},
         {"refactoring", "soldering", "writing documentation", "debugging a race",
          "automating the boring parts", "reading source code"}},
        {"fashion",
         {"fashion", "style", "ootd", "outfit", "streetwear", "beauty", "makeup"},
         {"a thrifted coat", "linen", "second-hand boots", "natural dyes", "a capsule wardrobe",
          "vintage denim", "hand-sewn bags", "bold colours", "tailoring", "a silk scarf"},
         {"sewing", "mending", "thrifting", "styling friends", "dyeing yarn", "cutting patterns"}},
        {"food",
         {"food", "foodie", "cooking", "recipe", "baking", "vegan", "chef"},
         {"sourdough", "miso soup", "jollof rice", "a cast-iron pan", "pickled lemons", "street tacos",
          "pão de queijo", "dumplings", "cold brew", "grandma's stew"},
         {"baking", "fermenting things", "cooking for twenty people", "foraging",
          "trying every ramen place in town", "perfecting an omelette"}},
        {"fitness",
         {"fitness", "running", "yoga", "workout", "gym", "health", "training"},
         {"a half marathon", "sunrise yoga", "the climbing wall", "trail runs", "cold water",
          "a new personal best", "rest days", "kettlebells", "mobility work", "the long way home"},
         {"running", "lifting", "cycling to work", "open-water swimming", "stretching",
          "training for the first race"}},
        {"gaming",
         {"gaming", "games", "gamer", "game", "esports", "nintendo", "playstation", "xbox", "twitch"},
         {"a cosy farm sim", "speedruns", "the final boss", "pixel art", "co-op night", "a board game",
          "an indie puzzle", "retro handhelds", "the soundtrack", "a no-hit run"},
         {"speedrunning", "modding", "streaming on weekends", "building a level", "grinding ranked",
          "playing with my kids"}},
        {"education",
         {"education", "learning", "science", "study", "history", "school", "tutorial"},
         {"a lecture on tides", "medieval maps", "flash cards", "astronomy", "a physics demo",
          "the public library", "etymology", "field notes", "a museum basement", "statistics"},
         {"teaching", "learning Portuguese", "reading papers", "explaining things badly, then better",
          "note-taking", "preparing for exams"}},
        {"business",
         {"business", "marketing", "entrepreneur", "smallbusiness", "finance", "money", "investing"},
         {"a tiny shop", "the first invoice", "customer interviews", "a pricing page", "cash flow",
          "a market stall", "packaging", "a newsletter", "side projects", "saying no"},
         {"freelancing", "bootstrapping", "selling handmade things", "learning accounting",
          "building in public", "talking to customers"}},
        {"entertainment",
         {"movie", "film", "series", "comedy", "entertainment", "funny", "celebrity"},
         {"a silent film", "stand-up", "the director's cut", "a stop-motion short", "the season finale",
          "practical effects", "improv night", "a documentary", "the end credits", "a perfect soundtrack"},
         {"rewatching classics", "editing a short film", "writing jokes", "going to open mics",
          "collecting posters", "binge-watching"}},
    };
    return all;
}

std::string make_name(Random& random) {
    std::string name(random.one_of(kFirstNames));
    name += ' ';
    name += random.one_of(kLastNames);
    return name;
}

std::string make_username(std::string_view name, std::int64_t number) {
    std::string username;
    for (const char c : name) {
        if (c == ' ') username += '_';
        const char lower = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        if (lower >= 'a' && lower <= 'z') username += lower;
    }
    return username.substr(0, 20) + std::to_string(number);
}

std::string make_bio(Random& random, const Topic& topic) {
    std::string bio;
    fill(bio, random.one_of(kBios), random, topic);
    if (random.chance(0.4)) bio.append(" ").append(random.one_of(kEmoji));
    return bio;
}

std::string make_place(Random& random) { return std::string(random.favourite_of(kPlaces)); }

std::string make_text(Random& random, const Topic& topic) {
    std::string text;
    const int count = sentence_count(random);
    for (int i = 0; i < count; ++i) {
        if (i > 0) text += i % 5 == 4 ? "\n\n" : " ";
        fill(text, random.one_of(kSentences), random, topic);
    }
    if (random.chance(0.3)) text.append(" ").append(random.one_of(kEmoji));
    return text;
}

std::string make_comment(Random& random, const Topic& topic) {
    std::string text;
    fill(text, random.one_of(kReplies), random, topic);
    if (random.chance(0.15)) fill(text += ' ', random.one_of(kReplies), random, topic);
    if (random.chance(0.25)) text.append(" ").append(random.one_of(kEmoji));
    return text;
}

std::string make_question(Random& random) { return std::string(random.one_of(kQuestions)); }

std::vector<std::string> make_options(Random& random, const Topic& topic) {
    std::vector<std::string> options;
    const auto count = static_cast<std::size_t>(random.between(2, 5));
    while (options.size() < count) {
        std::string option(random.one_of(topic.things));
        option[0] = upper(option[0]);
        if (std::ranges::find(options, option) == options.end()) options.push_back(std::move(option));
    }
    return options;
}

}  // namespace grover::seed
