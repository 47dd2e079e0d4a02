#include "config/config.hpp"

#include "config/document.hpp"
#include "config/tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <tuple>

namespace stillwatch::config {

namespace {

constexpr std::size_t max_file_bytes = 4 << 20;

LoadOutcome failed(const std::filesystem::path& file, Place place, std::string message)
{
    LoadOutcome outcome;
    outcome.problems.push_back({file.string(), place.line, place.column, std::move(message)});
    return outcome;
}

// Wherever it stands, in a comment, too; upper and lower case are the same key (Bech32).
std::optional<Place> private_key_in(std::string_view text)
{
    constexpr std::string_view mark = "age-secret-key-1";
    const auto found =
        std::search(text.begin(), text.end(), mark.begin(), mark.end(), [](char c, char marks) {
            return (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) == marks;
        });
    if (found == text.end()) return std::nullopt;
    const auto before = text.substr(0, static_cast<std::size_t>(found - text.begin()));
    const auto line_start = before.rfind('\n') + 1; // npos + 1 is 0
    return Place{static_cast<int>(std::ranges::count(before, '\n')) + 1,
                 static_cast<int>(before.size() - line_start) + 1};
}

} // namespace

std::string to_string(const ConfigProblem& problem)
{
    if (problem.line == 0) return fmt::format("{}: {}", problem.file, problem.message);
    return fmt::format("{}:{}: {}", problem.file, problem.line, problem.message);
}

LoadOutcome parse_config(std::string_view text, const std::filesystem::path& file, const LoadOptions& options)
{
    if (const auto place = private_key_in(text)) {
        // Whoever takes this machine must not be able to read what it wrote.
        return failed(
            file, *place,
            "a private key of age stands here, which opens evidence: take it off this machine, and make "
            "new keys if others could read this file");
    }
    const auto parsed = parse_tree(text);
    if (!parsed.error.empty()) return failed(file, parsed.error_place, parsed.error);

    Document document(parsed.table, std::filesystem::absolute(file).parent_path(), options);
    LoadOutcome outcome;
    auto config = document.read();
    const auto tell = [&file](const std::vector<Complaint>& complaints, std::vector<ConfigProblem>& out) {
        for (const auto& complaint : complaints)
            out.push_back({file.string(), complaint.place.line, complaint.place.column, complaint.message});
        std::ranges::stable_sort(
            out, {}, [](const ConfigProblem& problem) { return std::tuple(problem.line, problem.column); });
    };
    tell(document.complaints(), outcome.problems);
    tell(document.notes(), outcome.notes);
    config.digest = Sha256::of(as_bytes(text));
    if (outcome.problems.empty()) outcome.config = std::move(config);
    return outcome;
}

LoadOutcome load_config(const std::filesystem::path& file, const LoadOptions& options)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return failed(file, {}, error ? error.message() : "not a plain file");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return failed(file, {}, "cannot be read");
    std::string text(max_file_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (stream.bad()) return failed(file, {}, "cannot be read to its end");
    if (text.size() > max_file_bytes)
        return failed(file, {}, fmt::format("larger than {} bytes", max_file_bytes));
    return parse_config(text, file, options);
}

std::vector<std::string> config_keys()
{
    Table root;
    for (const auto* name : {"channel", "site"}) {
        Array one;
        one.push_back(Value{{}, Table{}});
        root.entries.push_back({name, {}, Value{{}, std::move(one)}});
    }
    Array authorities;
    authorities.push_back(Value{{}, Table{}});
    Table evidence;
    evidence.entries.push_back({"time_authority", {}, Value{{}, std::move(authorities)}});
    root.entries.push_back({"evidence", {}, Value{{}, std::move(evidence)}});
    const LoadOptions options{FileChecks::no};
    Document document(root, {}, options);
    (void)document.read(); // only the questions count here, not the answers
    return document.known_keys();
}

} // namespace stillwatch::config
