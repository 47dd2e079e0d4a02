#include "faces/profile_reader.hpp"

#include "config/tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <stdexcept>

namespace stillwatch::faces {

namespace {

// Whatever is wrong ends the reading; caught in the two functions below.
class Wrong : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

constexpr double largest_number = 1e6;
constexpr double most_pairs = 1e15;

std::optional<double> number_of(const config::Value& value)
{
    if (const auto* number = std::get_if<double>(&value.content)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&value.content)) return static_cast<double>(*number);
    return std::nullopt;
}

// One table, of which every key has to be asked for.
class Keys {
public:
    Keys(std::string name, const config::Table& table) : name_(std::move(name)), table_(table) {}

    const config::Value* find(std::string_view key)
    {
        asked_.insert(std::string(key));
        const auto found = std::ranges::find(table_.entries, key, &config::Entry::key);
        return found == table_.entries.end() ? nullptr : &found->value;
    }
    const config::Value& get(std::string_view key)
    {
        const auto* value = find(key);
        if (value == nullptr) throw Wrong(fmt::format("{}{} is missing", name_, key));
        return *value;
    }
    template <class T>
    const T& of(std::string_view key, std::string_view kind)
    {
        const auto* content = std::get_if<T>(&get(key).content);
        if (content == nullptr)
            throw Wrong(fmt::format("{}{}: expected {}, found {}", name_, key, kind, kind_of(get(key))));
        return *content;
    }
    double number(std::string_view key, double least, double most)
    {
        const auto value = number_of(get(key));
        if (!value || !std::isfinite(*value) || *value < least || *value > most)
            throw Wrong(fmt::format("{}{}: expected a number from {} to {}", name_, key, least, most));
        return *value;
    }
    double number_or(std::string_view key, double least, double most, double otherwise)
    {
        return find(key) == nullptr ? otherwise : number(key, least, most);
    }
    int whole(std::string_view key, int least, int most)
    {
        const auto value = number(key, least, most);
        if (value != std::floor(value)) throw Wrong(fmt::format("{}{}: expected a whole number", name_, key));
        return static_cast<int>(value);
    }
    bool flag_or(std::string_view key, bool otherwise)
    {
        return find(key) == nullptr ? otherwise : of<bool>(key, "true or false");
    }
    std::string text(std::string_view key) { return of<std::string>(key, "a text"); }
    // So many numbers.
    template <std::size_t count>
    std::array<double, count> numbers(std::string_view key, const config::Value& value)
    {
        const auto* items = std::get_if<config::Array>(&value.content);
        std::array<double, count> result{};
        const bool fits = items != nullptr && items->size() == count;
        for (std::size_t i = 0; fits && i < count; ++i) {
            const auto one = number_of((*items)[i]);
            if (!one || !std::isfinite(*one) || std::abs(*one) > largest_number)
                throw Wrong(fmt::format("{}{}: expected numbers", name_, key));
            result[i] = *one;
        }
        if (!fits) throw Wrong(fmt::format("{}{}: expected {} numbers", name_, key, count));
        return result;
    }
    const std::string& name() const { return name_; }
    void refuse_others() const
    {
        for (const auto& entry : table_.entries)
            if (!asked_.contains(entry.key))
                throw Wrong(fmt::format("unknown key {}{}", name_, config::shown(entry.key)));
    }

private:
    std::string name_;
    const config::Table& table_;
    std::set<std::string> asked_;
};

ModelFile model_in(Keys& keys)
{
    ModelFile model{keys.text("file"), {}};
    const bool is_plain = !model.file.empty() && model.file.find('/') == std::string::npos &&
                          model.file != "." && model.file != "..";
    if (!is_plain) throw Wrong(keys.name() + "file: a plain name without a directory");
    const auto digest = Sha256::from_hex(keys.text("sha256"));
    if (!digest) throw Wrong(keys.name() + "sha256: expected 64 hexadecimal digits");
    model.digest = *digest;
    return model;
}

DetectorProfile detector_in(Keys keys)
{
    DetectorProfile detector{model_in(keys)};
    if (keys.text("kind") != "yunet-2022mar")
        throw Wrong("detector.kind: \"yunet-2022mar\" is the only one that is read");
    detector.longest_side_px = keys.whole("longest_side_px", 96, 2'048);
    detector.least_score = keys.number("least_score", 0.1, 1);
    detector.most_overlap = keys.number("most_overlap", 0, 1);
    keys.refuse_others();
    return detector;
}

EmbedderProfile embedder_in(Keys keys)
{
    EmbedderProfile embedder;
    embedder.model = model_in(keys);
    embedder.side_px = keys.whole("side_px", 32, 512);
    embedder.mean = keys.numbers<3>("mean", keys.get("mean"));
    embedder.scale = keys.number("scale", 1e-6, 1e3);
    const auto channels = keys.text("channels");
    if (channels != "rgb" && channels != "bgr") throw Wrong("embedder.channels: \"rgb\" or \"bgr\"");
    embedder.is_rgb = channels == "rgb";
    embedder.dimension = keys.whole("dimension", 16, 1'024);
    const auto& points = keys.of<config::Array>("template", "five points");
    if (points.size() != embedder.points.size()) throw Wrong("embedder.template: expected five points");
    for (std::size_t i = 0; i < points.size(); ++i)
        embedder.points[i] = keys.numbers<2>("template", points[i]);
    keys.refuse_others();
    return embedder;
}

Gates gates_in(Keys keys)
{
    Gates gates;
    gates.probe_score = keys.number("probe_score", 0, 1);
    gates.probe_px = keys.number("probe_px", 8, 1'000);
    gates.probe_norm = keys.number("probe_norm", 0, 1e4);
    gates.reference_score = keys.number("reference_score", 0, 1);
    gates.reference_px = keys.number("reference_px", 8, 1'000);
    gates.reference_norm = keys.number("reference_norm", 0, 1e4);
    gates.reference_agreement = keys.number("reference_agreement", -1, 1);
    keys.refuse_others();
    return gates;
}

ThresholdTable thresholds_in(Keys& root)
{
    const auto* value = root.find("threshold");
    if (value == nullptr) return {};
    const auto* rows = std::get_if<config::Array>(&value->content);
    if (rows == nullptr) throw Wrong("threshold: expected sections [[threshold]]");
    std::vector<ThresholdRow> all;
    for (const auto& item : *rows) {
        const auto* table = std::get_if<config::Table>(&item.content);
        if (table == nullptr) throw Wrong("threshold: expected sections [[threshold]]");
        Keys keys("threshold.", *table);
        ThresholdRow row{keys.whole("references", 1, 100), keys.whole("faces", 1, 100), {}};
        for (const auto& point : keys.of<config::Array>("points", "points")) {
            const auto pair = keys.numbers<2>("points", point);
            row.points.push_back({pair[0], pair[1]});
        }
        keys.refuse_others();
        all.push_back(std::move(row));
    }
    return ThresholdTable(std::move(all));
}

config::Table tree_of(std::string_view text)
{
    auto tree = config::parse_tree(text);
    if (!tree.error.empty()) throw Wrong(fmt::format("line {}: {}", tree.error_place.line, tree.error));
    return std::move(tree.table);
}

bool is_name(const std::string& name)
{
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, is_plain);
}

Profile profile_in(const config::Table& table)
{
    Keys root("", table);
    Profile profile;
    profile.name = root.text("name");
    if (!is_name(profile.name)) throw Wrong("name: letters a to z, digits, +, - and _");
    (void)root.find("about"); // for people
    profile.detector = detector_in(Keys("detector.", root.of<config::Table>("detector", "a section")));
    const auto& embedders = root.of<config::Array>("embedder", "sections [[embedder]]");
    if (embedders.empty() || embedders.size() > 2) throw Wrong("embedder: one or two");
    for (const auto& item : embedders) {
        const auto* one = std::get_if<config::Table>(&item.content);
        if (one == nullptr) throw Wrong("embedder: expected sections [[embedder]]");
        profile.embedders.push_back(embedder_in(Keys("embedder.", *one)));
    }
    profile.averages_mirrored = root.flag_or("averages_mirrored", false);
    profile.gates = gates_in(Keys("gates.", root.of<config::Table>("gates", "a section")));
    profile.thresholds = thresholds_in(root);
    profile.needs_calibration = root.flag_or("needs_calibration", false);
    if (profile.thresholds.rows().empty() && !profile.needs_calibration)
        throw Wrong("threshold: none, and needs_calibration is not true");
    root.refuse_others();
    return profile;
}

} // namespace

Result<Profile> read_profile(std::string_view text)
{
    try {
        return profile_in(tree_of(text));
    } catch (const std::exception& wrong) { // Wrong, or the table's own std::invalid_argument
        return Error{Errc::malformed, wrong.what()};
    }
}

Result<StoredCalibration> read_calibration(std::string_view text, const Sha256& model)
{
    try {
        const auto table = tree_of(text);
        Keys root("", table);
        if (root.text("model") != model.hex())
            return Error{Errc::refused, "it was made with other models: calibrate again"};
        StoredCalibration stored;
        // Older calibrations say neither.
        stored.facts.pairs_of_strangers =
            static_cast<std::size_t>(root.number_or("pairs_of_strangers", 0, most_pairs, 0));
        stored.facts.tightened = root.number_or("tightened", 1, largest_number, 1);
        stored.table = thresholds_in(root);
        root.refuse_others();
        if (stored.table.rows().empty()) throw Wrong("threshold: none");
        return stored;
    } catch (const std::exception& wrong) {
        return Error{Errc::malformed, wrong.what()};
    }
}

} // namespace stillwatch::faces
