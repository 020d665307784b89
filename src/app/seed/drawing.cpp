// The scenes, each a few shapes and gradients.
#include "app/seed/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/seed/random.hpp"

namespace grover::seed {
namespace {

struct Colour {
    double hue;
    int saturation;
    int lightness;

    std::string text() const { return fmt::format("hsl({:.0f},{}%,{}%)", hue, saturation, lightness); }
};

class Canvas {
public:
    Canvas(std::string_view subject, int width, int height)
        : random(20'260'101, subject), width_(width), height_(height) {}

    // From top to bottom.
    void sky(const std::vector<Colour>& colours) {
        std::string stops;
        for (std::size_t i = 0; i < colours.size(); ++i) {
            stops += fmt::format(R"svg(<stop offset="{:.2f}" stop-color="{}"/>)svg",
                                 static_cast<double>(i) / static_cast<double>(colours.size() - 1),
                                 colours[i].text());
        }
        const auto id = next_id();
        body_ += fmt::format(
            R"svg(<defs><linearGradient id="{0}" x2="0" y2="1">{1}</linearGradient></defs><rect width="{2}" height="{3}" fill="url(#{0})"/>)svg",
            id, stops, width_, height_);
    }

    void circle(double x, double y, double radius, const Colour& colour, double opacity = 1) {
        body_ +=
            fmt::format(R"svg(<circle cx="{:.0f}" cy="{:.0f}" r="{:.1f}" fill="{}" opacity="{:.2f}"/>)svg",
                        x * width_, y * height_, radius * width_, colour.text(), opacity);
    }

    // A light that fades outward.
    void glow(double x, double y, double radius, const Colour& colour, double opacity) {
        const auto id = next_id();
        body_ += fmt::format(
            R"svg(<defs><radialGradient id="{0}"><stop offset="0" stop-color="{1}" stop-opacity="{2:.2f}"/><stop offset="1" stop-color="{1}" stop-opacity="0"/></radialGradient></defs><circle cx="{3:.0f}" cy="{4:.0f}" r="{5:.0f}" fill="url(#{0})"/>)svg",
            id, colour.text(), opacity, x * width_, y * height_, radius * width_);
    }

    void ring(double x, double y, double radius, double line, const Colour& colour, double opacity = 1) {
        body_ += fmt::format(
            R"svg(<circle cx="{:.0f}" cy="{:.0f}" r="{:.1f}" fill="none" stroke="{}" stroke-width="{:.1f}" opacity="{:.2f}"/>)svg",
            x * width_, y * height_, radius * width_, colour.text(), line * width_, opacity);
    }

    void box(double x, double y, double w, double h, const Colour& colour, double corner = 0,
             double turn = 0) {
        body_ += fmt::format(
            R"svg(<rect x="{0:.0f}" y="{1:.0f}" width="{2:.0f}" height="{3:.0f}" rx="{4:.0f}" fill="{5}" transform="rotate({6:.0f} {7:.0f} {8:.0f})"/>)svg",
            x * width_, y * height_, w * width_, h * height_, corner * width_, colour.text(), turn,
            (x + w / 2) * width_, (y + h / 2) * height_);
    }

    // A rolling line from side to side, filled down to the bottom.
    void hills(double top, double roughness, const Colour& colour) {
        const double a = random.fraction() * 6.3;
        const double b = random.fraction() * 6.3;
        const double c = random.fraction() * 6.3;
        std::string points = fmt::format("0,{0} ", height_);
        for (int i = 0; i <= 60; ++i) {
            const double x = i / 60.0;
            const double y = top + roughness * (0.6 * std::sin(3 * x + a) + 0.3 * std::sin(8 * x + b) +
                                                0.12 * std::sin(23 * x + c));
            points += fmt::format("{:.0f},{:.0f} ", x * width_, y * height_);
        }
        body_ += fmt::format(R"svg(<polygon points="{}{},{}" fill="{}"/>)svg", points, width_, height_,
                             colour.text());
    }

    void line(double x1, double y1, double x2, double y2, double thickness, const Colour& colour,
              double opacity = 1) {
        body_ += fmt::format(
            R"svg(<line x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}" stroke="{}" stroke-width="{:.1f}" stroke-linecap="round" opacity="{:.2f}"/>)svg",
            x1 * width_, y1 * height_, x2 * width_, y2 * height_, colour.text(), thickness * width_, opacity);
    }

    void words(double x, double y, double size, const Colour& colour, std::string_view text,
               std::string_view anchor = "middle") {
        body_ += fmt::format(
            R"svg(<text x="{:.0f}" y="{:.0f}" font-family="DejaVu Sans, sans-serif" font-weight="bold" font-size="{:.0f}" text-anchor="{}" fill="{}">{}</text>)svg",
            x * width_, y * height_, size * width_, anchor, colour.text(), text);
    }

    Drawing done(std::string file) const {
        return {
            std::move(file),
            fmt::format(R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}">{2}</svg>)svg",
                        width_, height_, body_)};
    }

    Random random;

private:
    std::string next_id() { return "g" + std::to_string(++ids_); }

    double width_;
    double height_;
    int ids_ = 0;
    std::string body_;
};

Drawing landscape(const std::string& file, int width, int height, double hue, double sun_x, double sun_y) {
    Canvas c(file, width, height);
    c.sky({{hue + 20, 55, 28}, {hue + 5, 65, 52}, {hue - 15, 85, 76}});
    c.glow(sun_x, sun_y, 0.35, {48, 100, 85}, 0.8);
    c.circle(sun_x, sun_y, 0.04, {48, 100, 92});
    for (int i = 0; i < 5; ++i) c.hills(0.52 + 0.1 * i, 0.09 - 0.012 * i, {hue + 6 * i, 38, 46 - 8 * i});
    return c.done(file);
}

Drawing sea(const std::string& file, int width, int height, double hue) {
    Canvas c(file, width, height);
    c.sky({{hue, 70, 70}, {hue - 25, 80, 88}, {hue, 60, 60}});
    c.glow(0.7, 0.38, 0.3, {40, 100, 90}, 0.9);
    for (int i = 0; i < 9; ++i) c.hills(0.5 + 0.06 * i, 0.012 + 0.002 * i, {hue + 2 * i, 55, 52 - 4 * i});
    for (int i = 0; i < 40; ++i) {
        const double y = 0.52 + 0.4 * c.random.fraction();
        const double x = c.random.fraction();
        c.line(x, y, x + 0.02 + 0.03 * c.random.fraction(), y, 0.0015, {45, 100, 92}, 0.5);
    }
    return c.done(file);
}

Drawing city(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{232, 60, 10}, {250, 50, 22}, {300, 45, 38}});
    for (int i = 0; i < 90; ++i)
        c.circle(c.random.fraction(), 0.5 * c.random.fraction(), 0.0012, {50, 60, 92}, c.random.fraction());
    c.circle(0.8, 0.18, 0.045, {50, 60, 92});
    for (int layer = 0; layer < 2; ++layer) {
        for (double x = -0.02; x < 1; x += 0.07) {
            const double top = 0.38 + 0.14 * layer + 0.25 * c.random.fraction();
            c.box(x, top, 0.062, 1 - top, {235, 35, layer == 0 ? 16 : 9});
            for (double y = top + 0.02; y < 0.97; y += 0.035) {
                for (double w = x + 0.008; w < x + 0.05; w += 0.013) {
                    if (c.random.chance(0.3)) c.box(w, y, 0.007, 0.016, {44, 95, 70});
                }
            }
        }
    }
    return c.done(file);
}

Drawing aurora(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{225, 70, 7}, {210, 60, 14}, {190, 50, 20}});
    for (int i = 0; i < 130; ++i)
        c.circle(c.random.fraction(), 0.7 * c.random.fraction(), 0.001, {60, 30, 95}, c.random.fraction());
    for (int i = 0; i < 26; ++i) {
        const double x = i / 26.0;
        c.glow(x, 0.3 + 0.12 * std::sin(x * 9), 0.17, {150 + 60 * c.random.fraction(), 90, 60}, 0.32);
    }
    c.hills(0.78, 0.07, {220, 40, 8});
    c.hills(0.88, 0.04, {220, 45, 4});
    return c.done(file);
}

Drawing plate(const std::string& file, int width, int height, double table, double food) {
    Canvas c(file, width, height);
    c.sky({{table, 35, 62}, {table, 35, 48}});
    for (int i = 0; i < 14; ++i) c.line(0, i / 14.0, 1, i / 14.0 + 0.01, 0.0015, {table, 30, 40}, 0.5);
    c.circle(0.5, 0.52, 0.3, {table, 30, 25}, 0.35);
    c.circle(0.5, 0.5, 0.3, {40, 15, 94});
    c.ring(0.5, 0.5, 0.23, 0.004, {40, 12, 82});
    for (int i = 0; i < 60; ++i) {
        const double angle = 6.283 * c.random.fraction();
        const double far = 0.19 * std::sqrt(c.random.fraction());
        c.circle(0.5 + far * std::cos(angle), 0.5 + far * std::sin(angle) * width / height,
                 0.015 + 0.03 * c.random.fraction(),
                 {food + 50 * c.random.fraction() - 25, 75, c.random.between(35, 62)});
    }
    for (int i = 0; i < 12; ++i)
        c.circle(0.4 + 0.2 * c.random.fraction(), 0.42 + 0.16 * c.random.fraction(), 0.008, {115, 60, 38});
    return c.done(file);
}

Drawing bread(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{28, 30, 32}, {24, 35, 18}});
    c.box(0.12, 0.66, 0.76, 0.1, {28, 45, 44}, 0.02);
    c.circle(0.5, 0.6, 0.27, {26, 60, 26}, 0.5);
    c.circle(0.5, 0.54, 0.26, {30, 65, 48});
    c.circle(0.46, 0.48, 0.19, {33, 70, 58});
    for (int i = 0; i < 4; ++i)
        c.line(0.33 + 0.09 * i, 0.3 + 0.02 * i, 0.4 + 0.09 * i, 0.62, 0.018, {38, 75, 80}, 0.9);
    for (int i = 0; i < 120; ++i)
        c.circle(0.28 + 0.44 * c.random.fraction(), 0.3 + 0.4 * c.random.fraction(), 0.003, {40, 40, 92},
                 0.6);
    return c.done(file);
}

Drawing record(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{345, 70, 52}, {15, 85, 62}});
    c.circle(0.5, 0.5, 0.38, {0, 0, 7});
    for (int i = 0; i < 22; ++i) c.ring(0.5, 0.5, 0.14 + 0.0105 * i, 0.0012, {0, 0, 22});
    c.circle(0.5, 0.5, 0.12, {45, 95, 58});
    c.words(0.5, 0.48, 0.025, {345, 70, 30}, "SIDE B");
    c.circle(0.5, 0.5, 0.012, {0, 0, 96});
    c.line(0.92, 0.08, 0.82, 0.5, 0.012, {40, 8, 80});
    c.line(0.82, 0.5, 0.7, 0.62, 0.012, {40, 8, 80});
    return c.done(file);
}

Drawing editor(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{260, 55, 48}, {200, 70, 52}});
    c.box(0.08, 0.1, 0.84, 0.8, {225, 25, 13}, 0.015);
    for (int i = 0; i < 3; ++i)
        c.circle(0.115 + 0.028 * i, 0.15, 0.008,
                 {static_cast<double>(i == 0   ? 4
                                      : i == 1 ? 42
                                               : 130),
                  80, 58});
    for (int row = 0; row < 17; ++row) {
        double x = 0.13 + 0.025 * c.random.between(0, 3);
        const double y = 0.23 + 0.038 * row;
        for (int word = c.random.between(1, 5); word > 0; --word) {
            const double size = 0.03 + 0.1 * c.random.fraction();
            if (x + size > 0.86) break;
            c.box(x, y, size, 0.014, {c.random.one_of(std::array{195.0, 95.0, 325.0, 45.0, 220.0}), 60, 66},
                  0.004);
            x += size + 0.015;
        }
    }
    return c.done(file);
}

Drawing shapes(const std::string& file, int width, int height, double hue) {
    Canvas c(file, width, height);
    c.sky({{hue, 30, 94}, {hue + 20, 40, 88}});
    for (int i = 0; i < 26; ++i) {
        const Colour colour{hue + 140 * c.random.fraction() - 40, 75, c.random.between(42, 70)};
        const double x = c.random.fraction();
        const double y = c.random.fraction();
        const double size = 0.05 + 0.16 * c.random.fraction();
        switch (c.random.below(3)) {
            case 0:
                c.circle(x, y, size / 2, colour, 0.8);
                break;
            case 1:
                c.box(x - size / 2, y - size / 2, size, size * 0.7, colour, 0.01, 90 * c.random.fraction());
                break;
            default:
                c.ring(x, y, size / 2, 0.012, colour, 0.9);
                break;
        }
    }
    return c.done(file);
}

Drawing bokeh(const std::string& file, int width, int height, double hue) {
    Canvas c(file, width, height);
    c.sky({{hue, 60, 10}, {hue + 30, 50, 18}});
    for (int i = 0; i < 70; ++i) {
        const double x = c.random.fraction();
        const double y = c.random.fraction();
        const double size = 0.02 + 0.06 * c.random.fraction();
        const Colour colour{hue + 100 * c.random.fraction(), 90, 65};
        c.circle(x, y, size, colour, 0.16 + 0.2 * c.random.fraction());
        c.ring(x, y, size, 0.002, colour, 0.35);
    }
    return c.done(file);
}

Drawing textile(const std::string& file, int width, int height, double hue) {
    Canvas c(file, width, height);
    c.sky({{hue, 45, 84}, {hue, 45, 84}});
    for (int i = 0; i < 24; ++i) c.box(i / 24.0, 0, 0.02, 1, {hue + (i % 4) * 28, 50, 42 + 6 * (i % 3)});
    for (int i = 0; i < 18; ++i) c.line(0, i / 18.0, 1, i / 18.0, 0.006, {hue + 180, 40, 92}, 0.35);
    return c.done(file);
}

Drawing poster(const std::string& file, int width, int height, double hue,
               const std::vector<std::string_view>& lines) {
    Canvas c(file, width, height);
    c.sky({{hue, 65, 40}, {hue + 50, 75, 55}});
    c.glow(0.2, 0.15, 0.6, {hue + 80, 95, 75}, 0.6);
    double y = 0.5 - 0.06 * static_cast<double>(lines.size() - 1);
    for (const auto text : lines) c.words(0.5, y, 0.085, {0, 0, 100}, text), y += 0.12;
    c.line(0.42, y + 0.01, 0.58, y + 0.01, 0.008, {45, 100, 65});
    return c.done(file);
}

Drawing plant(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{60, 30, 93}, {40, 35, 86}});
    c.circle(0.5, 0.42, 0.34, {45, 60, 80}, 0.7);
    for (int i = 0; i < 15; ++i) {
        const double lean = -1.0 + 2.0 * i / 14.0;
        const double height_of_leaf = 0.34 - 0.12 * lean * lean;
        c.line(0.5, 0.72, 0.5 + 0.3 * lean, 0.7 - height_of_leaf, 0.02 + 0.012 * c.random.fraction(),
               {125 + 20 * c.random.fraction(), 45, c.random.between(26, 48)});
    }
    c.box(0.36, 0.7, 0.28, 0.2, {16, 60, 52}, 0.02);
    c.box(0.34, 0.68, 0.32, 0.05, {16, 62, 46}, 0.01);
    return c.done(file);
}

Drawing mug(const std::string& file, int width, int height) {
    Canvas c(file, width, height);
    c.sky({{205, 30, 82}, {30, 35, 78}});
    c.box(0, 0.74, 1, 0.26, {28, 45, 44});
    c.ring(0.66, 0.56, 0.085, 0.03, {355, 65, 48});
    c.box(0.34, 0.42, 0.32, 0.34, {355, 65, 52}, 0.03);
    c.box(0.36, 0.43, 0.28, 0.05, {25, 55, 18}, 0.02);
    for (int i = 0; i < 3; ++i) c.line(0.42 + 0.08 * i, 0.36, 0.44 + 0.08 * i, 0.22, 0.012, {0, 0, 100}, 0.5);
    return c.done(file);
}

}  // namespace

std::vector<Drawing> post_drawings() {
    return {
        landscape("ridge.jpg", 2048, 1365, 215, 0.3, 0.42),
        landscape("evening.jpg", 1600, 1200, 18, 0.65, 0.45),
        landscape("valley.webp", 1440, 1080, 150, 0.5, 0.3),
        landscape("desert.jpg", 1080, 1350, 32, 0.4, 0.38),
        sea("coast.webp", 1600, 900, 200),
        sea("swim.jpg", 1600, 1200, 185),
        city("night-city.jpg", 1080, 1350),
        aurora("aurora.jpg", 2048, 1152),
        plate("dinner.jpg", 1200, 1200, 24, 20),
        plate("salad.jpg", 1200, 1200, 205, 95),
        bread("bread.jpg", 1440, 1080),
        mug("coffee.png", 1000, 1000),
        record("record.png", 1080, 1080),
        editor("editor.png", 1280, 800),
        shapes("shapes.png", 1080, 1080, 10),
        shapes("print.webp", 1080, 1350, 190),
        bokeh("lights.jpg", 1600, 1067, 260),
        bokeh("stage.jpg", 1600, 1067, 330),
        textile("weave.webp", 1200, 900, 12),
        plant("plant.png", 1080, 1350),
        poster("open-studio.png", 1080, 1350, 285, {"OPEN", "STUDIO", "SUNDAY"}),
        poster("run-club.png", 1080, 1080, 150, {"RUN CLUB", "6 AM"}),
    };
}

Drawing avatar_drawing(std::string_view username, std::string_view name, int hue) {
    const auto file = fmt::format("avatar-{}.jpg", username);
    Canvas c(file, 640, 640);
    const double h = hue;
    c.sky({{h, 70, 66}, {h + 40, 75, 48}});
    c.glow(0.3, 0.2, 0.6, {h + 60, 90, 85}, 0.6);
    c.circle(0.5, 1.02, 0.36, {h + 170, 45, 32});
    c.circle(0.5, 0.41, 0.215, {20, 40, c.random.between(10, 34)});
    c.circle(0.5, 0.47, 0.175, {28, 45, c.random.between(38, 76)});
    c.words(0.5, 0.9, 0.16, {0, 0, 100}, name.substr(0, 1));
    return c.done(file);
}

}  // namespace grover::seed
