#include "app/seed/demo_script.hpp"

namespace grover::seed {

std::span<const DemoPerson> demo_people() {
    static const std::vector<DemoPerson> people = {
        {.username = "robin",
         .name = "Robin Hale",
         .bio = "Trying things out. This is the account of the demo login.",
         .hue = 210},
        {.username = "mara_l",
         .name = "Mara Lindgren",
         .bio = "Landscapes, mostly before sunrise. Prints on request.",
         .hue = 195,
         .website = "https://mara.example"},
        {.username = "kofi_bakes",
         .name = "Kofi Adeyemi",
         .bio = "Sourdough, jollof, and strong opinions about salt.",
         .hue = 28},
        {.username = "ines_clay",
         .name = "Inês Costa",
         .bio = "Ceramics and lino prints from a very small studio in Porto.",
         .hue = 350,
         .website = "https://ines.example"},
        {.username = "tariq_makes_games",
         .name = "Tariq Haddad",
         .bio = "Solo developer of a game about a lighthouse. 🎮",
         .hue = 265},
        {.username = "yuki_runs", .name = "Yuki Tanaka", .bio = "Trail runner. Slow is smooth.", .hue = 150},
        {.username = "lena_w",
         .name = "Lena Weber",
         .bio = "A quiet corner for friends.",
         .hue = 320,
         .is_private = true},
        {.username = "diego_vinyl",
         .name = "Diego Flores",
         .bio = "Bass player, record digger, terrible singer.",
         .hue = 8},
        {.username = "priya_codes",
         .name = "Priya Sharma",
         .bio = "Backend engineer. I measure first.",
         .hue = 235,
         .website = "https://priya.example"},
        {.username = "mr_murphy",
         .name = "Noah Murphy",
         .bio = "Teaches physics to fourteen-year-olds and survives.",
         .hue = 48},
        {.username = "amina_sews",
         .name = "Amina Diallo",
         .bio = "Pattern cutter. Mending is a kind of love.",
         .hue = 300},
        {.username = "sofia_frames",
         .name = "Sofia Rossi",
         .bio = "I watch films so that I can talk about them at dinner.",
         .hue = 85},
        {.username = "jonas_plants",
         .name = "Jonas Berg",
         .bio = "Plant shop, Copenhagen. Yes, you are overwatering it.",
         .hue = 120},
    };
    return people;
}

std::span<const DemoRepost> demo_reposts() {
    static const std::vector<DemoRepost> reposts = {
        {.by = "robin", .of = "Got up at three", .days_ago = 9.3, .comment = "The reason why I am here."},
        {.by = "amina_sews", .of = "Open studio on Sunday!", .days_ago = 11.9, .comment = "Go. Seriously."},
        {.by = "jonas_plants", .of = "Somebody asked for the recipe", .days_ago = 7.3},
        {.by = "sofia_frames",
         .of = "Four hours at minus eighteen",
         .days_ago = 6.9,
         .comment = "Turn your screen all the way up."},
        {.by = "tariq_makes_games",
         .of = "Asked the class how tall",
         .days_ago = 11.0,
         .comment = "Best day of this whole project."},
        {.by = "robin", .of = "Homework for grown-ups", .days_ago = 4.4},
    };
    return reposts;
}

std::span<const DemoCollection> demo_collections() {
    static const std::vector<DemoCollection> collections = {
        {.by = "robin",
         .name = "To cook this weekend",
         .description = "Bread first.",
         .category = "food",
         .followers = {"kofi_bakes", "mara_l", "lena_w"}},
        {.by = "mara_l",
         .name = "Pictures I keep coming back to",
         .description = "Light, mostly.",
         .category = "art",
         .followers = {"robin", "sofia_frames"}},
        {.by = "robin", .name = "Try one day", .description = "", .category = "tech", .is_public = false},
    };
    return collections;
}

std::span<const DemoCommunity> demo_communities() {
    static const std::vector<DemoCommunity> communities = {
        {.by = "kofi_bakes",
         .days_ago = 9,
         .name = "Sunday bakers",
         .description =
             "Flour, water, patience. Show your crumb, ask about your starter, be kind to flat loaves.",
         .category = "Food",
         .members = {"robin", "amina_sews", "mr_murphy", "lena_w", "diego_vinyl"},
         .posts = {{"kofi_bakes", "Welcome! First question for everybody: what is your starter called?"},
                   {"robin", "Mine is called Bubbles. It was not my idea."},
                   {"mr_murphy", "Hydration chart for the classroom, version three. Corrections welcome."},
                   {"kofi_bakes", "This week's loaf: half rye, caraway, far too much of it. #rye"}}},
        {.by = "mara_l",
         .days_ago = 6,
         .name = "Before sunrise",
         .description = "Photographs taken while everybody sleeps.",
         .category = "Art",
         .is_private = true,
         .members = {"robin", "yuki_runs", "jonas_plants"},
         .posts = {{"mara_l", "Rule one: no alarm clocks in the picture."},
                   {"yuki_runs", "Does a headlamp count as light?"}}},
    };
    return communities;
}

}  // namespace grover::seed
