#include "platform/text/amounts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "platform/base/error.hpp"

using namespace grover;
using namespace grover::text;

namespace {

std::int64_t cents(std::string_view text) { return parse_amount(text).value_or(Cents{-1}).value; }
std::int64_t cents(double number) { return parse_amount(number).value_or(Cents{-1}).value; }

}  // namespace

TEST_CASE("dollars become cents without a float in between") {
    CHECK(cents("29.99") == 2999);
    CHECK(cents("5") == 500);
    CHECK(cents("5.") == 500);
    CHECK(cents(".5") == 50);
    CHECK(cents(" +7.1 ") == 710);
    CHECK(cents("0") == 0);
    CHECK(cents("-3.25") == -325);
    CHECK(cents("0000012.3400000") == 1234);
    CHECK(cents("90071992547409.93") == 9'007'199'254'740'993);
}

TEST_CASE("more than two decimals round half-up") {
    CHECK(cents("1.005") == 101);
    CHECK(cents("1.004999999999999999999") == 100);
    CHECK(cents("0.495") == 50);
    CHECK(cents("9.999") == 1000);
    CHECK(cents(1.005) == 101);
    CHECK(cents(2.675) == 268);
    CHECK(cents(29.99) == 2999);
    CHECK(cents(0.1 + 0.2) == 30);
}

TEST_CASE("what is no plain number is no amount") {
    for (const std::string bad : {"", " ", ".", "-", "+", "1e3", "1E3", "NaN", "inf", "0x10", "1,50", "1.2.3",
                                  "12a", "$5", "--5", "1 2", "٣"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_amount(bad).has_value());
        CHECK_THROWS_AS((void)validate_amount(bad), Error);
        try {
            (void)validate_amount(bad, "Price");
        } catch (const Error& error) {
            CHECK(error.status == 422);
            REQUIRE(error.fields.size() == 1);
            CHECK(error.fields[0].loc == std::vector<std::string>{"body", "price"});
        }
    }
    CHECK_FALSE(parse_amount(std::nan("")).has_value());
    CHECK_FALSE(parse_amount(std::numeric_limits<double>::infinity()).has_value());
}

TEST_CASE("amounts outside the range are refused with the range") {
    CHECK(validate_amount("0.50").value == 50);
    CHECK(validate_amount("99999.99").value == 9'999'999);
    CHECK(validate_amount(0.495).value == 50);
    for (const std::string bad : {"0.49", "0", "-1", "100000", "99999.995"}) {
        CAPTURE(bad);
        CHECK_THROWS_WITH_AS((void)validate_amount(bad), "Amount must be between 0.50 and 99999.99", Error);
    }
    CHECK_THROWS_WITH_AS((void)validate_amount(1e300), "Amount must be between 0.50 and 99999.99", Error);
    CHECK_THROWS_WITH_AS((void)validate_amount(5e-324), "Amount must be between 0.50 and 99999.99", Error);
    CHECK_THROWS_WITH_AS((void)validate_amount(std::string(100'000, '9')),
                         "Amount must be between 0.50 and 99999.99", Error);
    CHECK_THROWS_WITH_AS((void)validate_amount("500.01", "Tip", {Cents{100}, Cents{50'000}}),
                         "Tip must be between 1.00 and 500.00", Error);
    CHECK_THROWS_WITH_AS((void)validate_amount("1", "Tip", {Cents{205}, Cents{50'000}}),
                         "Tip must be between 2.05 and 500.00", Error);
}

TEST_CASE("positive numbers are finite and above zero") {
    CHECK(validate_positive_number(0.1) == 0.1);
    CHECK(validate_positive_number(" 1e3 ") == 1000);
    CHECK(validate_positive_number("+2.5") == 2.5);
    for (const std::string bad : {"", "x", "nan", "inf", "-inf", "1e999", "12x", "+-1", "0x1"}) {
        CAPTURE(bad);
        CHECK_THROWS_WITH_AS((void)validate_positive_number(bad, "Quantity"),
                             "Quantity must be a valid number", Error);
    }
    CHECK_THROWS_WITH_AS((void)validate_positive_number(std::nan("")), "Amount must be a valid number",
                         Error);
    CHECK_THROWS_WITH_AS((void)validate_positive_number("0"), "Amount must be greater than 0", Error);
    CHECK_THROWS_WITH_AS((void)validate_positive_number(-1.0), "Amount must be greater than 0", Error);
}

TEST_CASE("percentages lie between 0 and 100") {
    CHECK(validate_percentage(0.0) == 0);
    CHECK(validate_percentage("100") == 100);
    CHECK_THROWS_WITH_AS((void)validate_percentage("100.1"), "Percentage must be between 0 and 100", Error);
    CHECK_THROWS_WITH_AS((void)validate_percentage(-0.1, "Discount"), "Discount must be between 0 and 100",
                         Error);
    CHECK_THROWS_WITH_AS((void)validate_percentage("ten"), "Percentage must be a valid number", Error);
}
