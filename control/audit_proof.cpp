#include "control/audit_tree.hpp"

#include "core/merkle.hpp"
#include "vault/signed_note.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

// What is checked with nothing but the log's public key, as strangers do; texts may be anybody's.
namespace stillwatch::control {

namespace {

constexpr std::size_t max_proof_bytes = 256U << 10U;
constexpr std::size_t max_proof_steps = 64; // of a tree of 2^63 leaves

Result<std::vector<Sha256>> read_path(const json::object& object)
{
    const auto* member = object.if_contains("proof");
    if (!member || !member->is_array() || member->get_array().size() > max_proof_steps)
        return Error{Errc::malformed, "\"proof\" is no list of digests"};
    std::vector<Sha256> path;
    for (const auto& item : member->get_array()) {
        const auto hash = item.is_string() ? Sha256::from_hex(item.get_string()) : std::nullopt;
        if (!hash) return Error{Errc::malformed, "\"proof\" is no list of digests"};
        path.push_back(*hash);
    }
    return path;
}

Result<Checkpoint> checkpoint_member(const json::object& object, std::string_view name,
                                     const vault::VerifyKey& key)
{
    const auto note = text_member(object, name);
    if (!note) return Error{Errc::malformed, fmt::format("\"{}\" is missing", name)};
    return open_checkpoint(*note, key);
}

Result<json::object> check_line(const json::object& proof, const vault::VerifyKey& key)
{
    const auto entry = text_member(proof, "entry");
    const auto index = number_member(proof, "index");
    const auto path = read_path(proof);
    if (!entry || !index || *index < 0) return Error{Errc::malformed, "\"entry\" or \"index\" is missing"};
    if (!path) return path.error();
    const auto checkpoint = checkpoint_member(proof, "checkpoint", key);
    if (!checkpoint) return checkpoint.error();
    if (!merkle::is_included(merkle::leaf_hash(as_bytes(*entry)), static_cast<std::uint64_t>(*index),
                             checkpoint->size, *path, checkpoint->root))
        return Error{Errc::refused, "the line does not stand in the log of this checkpoint"};
    return json::object{{"proof", "holds"},
                        {"shows", fmt::format("line {} of a log of {} lines", *index + 1, checkpoint->size)},
                        {"entry", *entry},
                        {"origin", checkpoint->origin}};
}

Result<json::object> check_growth(const json::object& proof, const vault::VerifyKey& key)
{
    const auto path = read_path(proof);
    if (!path) return path.error();
    const auto before = checkpoint_member(proof, "old", key);
    if (!before) return before.error();
    const auto after = checkpoint_member(proof, "new", key);
    if (!after) return after.error();
    if (!merkle::is_consistent(before->size, before->root, after->size, after->root, *path))
        return Error{Errc::refused, "the newer log does not begin with the older one"};
    return json::object{
        {"proof", "holds"},
        {"shows", fmt::format("the log of {} lines begins with that of {}", after->size, before->size)},
        {"origin", after->origin}};
}

} // namespace

std::string write_checkpoint(const Checkpoint& checkpoint)
{
    return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, to_base64(checkpoint.root.bytes));
}

Result<Checkpoint> read_checkpoint(std::string_view text)
{
    const Error malformed{Errc::malformed, "not a checkpoint"};
    std::array<std::string_view, 3> lines;
    for (auto& line : lines) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos || end == 0) return malformed;
        line = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    Checkpoint checkpoint{std::string(lines[0]), 0, {}};
    const auto* end_of_size = lines[1].data() + lines[1].size();
    const auto [end, error] = std::from_chars(lines[1].data(), end_of_size, checkpoint.size);
    const bool has_zero_in_front = lines[1].size() > 1 && lines[1].front() == '0';
    const auto root = from_base64(lines[2]);
    if (error != std::errc{} || end != end_of_size || has_zero_in_front || !root ||
        root->size() != checkpoint.root.bytes.size())
        return malformed;
    std::copy(root->begin(), root->end(), checkpoint.root.bytes.begin());
    return checkpoint; // lines of other people's making may follow
}

std::string origin_of(const vault::VerifyKey& key)
{
    return "stillwatch/" + key.id();
}

std::string sign_checkpoint(std::span<const Sha256> leaves, const vault::SigningKey& key)
{
    const auto origin = origin_of(key.verify_key());
    return vault::sign_note(origin, key, write_checkpoint({origin, leaves.size(), merkle::root_of(leaves)}));
}

Result<Checkpoint> open_checkpoint(std::string_view note, const vault::VerifyKey& key)
{
    const auto text = vault::open_note(note, origin_of(key), key);
    if (!text) return text.error();
    auto checkpoint = read_checkpoint(*text);
    if (checkpoint && checkpoint->origin != origin_of(key))
        return Error{Errc::refused, "the checkpoint is of another log"};
    return checkpoint;
}

Result<json::object> check_proof(std::string_view text, const vault::VerifyKey& key)
{
    if (text.size() > max_proof_bytes) return Error{Errc::malformed, "too long for a proof"};
    const auto value = parse_json(text);
    if (!value) return value.error();
    if (!value->is_object()) return Error{Errc::malformed, "not a JSON object"};
    const auto& proof = value->get_object();
    return proof.contains("entry") ? check_line(proof, key) : check_growth(proof, key);
}

} // namespace stillwatch::control
