#include "evidence/stamp_file.hpp"

#include "core/json.hpp"
#include "core/merkle.hpp"
#include "evidence/sorted_json.hpp"

#include <fmt/format.h>

#include <optional>

namespace stillwatch::evidence {

namespace {

constexpr std::string_view stamp_format = "stillwatch-stamp-1";
constexpr std::size_t max_proof = 64; // levels of a tree

Error malformed(std::string_view what)
{
    return Error{Errc::malformed, fmt::format("stamp file: {}", what)};
}

json::object to_json(const PackageStamp& stamp)
{
    json::array proof;
    for (const auto& digest : stamp.proof)
        proof.emplace_back(digest.hex());
    return {{"authority", stamp.authority}, {"root", stamp.root.hex()},  {"index", stamp.index},
            {"size", stamp.size},           {"proof", std::move(proof)}, {"reply", to_base64(stamp.reply)}};
}

std::optional<std::vector<Sha256>> digests_in(const json::value* value)
{
    if (!value || !value->is_array() || value->get_array().size() > max_proof) return std::nullopt;
    std::vector<Sha256> digests;
    for (const auto& each : value->get_array()) {
        const auto digest = each.is_string() ? Sha256::from_hex(each.get_string()) : std::nullopt;
        if (!digest) return std::nullopt;
        digests.push_back(*digest);
    }
    return digests;
}

std::optional<PackageStamp> stamp_in(const json::value& value)
{
    const auto* object = value.if_object();
    if (!object || object->size() != 6) return std::nullopt;
    const auto root = Sha256::from_hex(text_member(*object, "root").value_or(""));
    const auto index = number_member(*object, "index").value_or(-1);
    const auto size = number_member(*object, "size").value_or(-1);
    auto proof = digests_in(object->if_contains("proof"));
    auto reply = from_base64(text_member(*object, "reply").value_or(""));
    if (!root || index < 0 || size <= index || !proof || !reply || reply->empty()) return std::nullopt;
    return PackageStamp{text_member(*object, "authority").value_or(""),
                        *root,
                        static_cast<std::uint64_t>(index),
                        static_cast<std::uint64_t>(size),
                        std::move(*proof),
                        std::move(*reply)};
}

} // namespace

std::string package_of(std::string_view file_name)
{
    for (const auto suffix : {unstamped_suffix, stamp_suffix})
        if (file_name.ends_with(suffix))
            return std::string(file_name.substr(0, file_name.size() - suffix.size()));
    return std::string(file_name);
}

std::string render_stamp_file(const StampFile& file)
{
    json::array stamps;
    for (const auto& stamp : file.stamps)
        stamps.push_back(to_json(stamp));
    return sorted_json(json::object{
        {"format", stamp_format}, {"datapackage_sha256", file.digest.hex()}, {"stamps", std::move(stamps)}});
}

Result<StampFile> read_stamp_file(std::string_view text)
{
    const auto value = parse_json(text);
    const auto* object = value ? value->if_object() : nullptr;
    if (!object) return malformed("is no JSON object");
    if (text_member(*object, "format") != stamp_format)
        return malformed(fmt::format("its format is not {}", stamp_format));
    const auto digest = Sha256::from_hex(text_member(*object, "datapackage_sha256").value_or(""));
    const auto* stamps = object->if_contains("stamps");
    if (!digest || !stamps || !stamps->is_array() || stamps->get_array().size() > max_stamps)
        return malformed("its members are damaged");
    StampFile file{*digest, {}};
    for (const auto& each : stamps->get_array()) {
        auto stamp = stamp_in(each);
        if (!stamp) return malformed(fmt::format("stamp {} is damaged", file.stamps.size() + 1));
        file.stamps.push_back(std::move(*stamp));
    }
    // Another spelling of the same, of which a reader might see more than was checked.
    if (render_stamp_file(file) != text) return malformed("is not written as stamp files are");
    return file;
}

Result<std::vector<CheckedStamp>> check_stamps(const StampFile& file, const Sha256& digest,
                                               const net::TimeStampRoots& roots)
{
    if (file.digest != digest) return Error{Errc::corrupt, "stamp file: is of another package"};
    if (file.stamps.empty()) return Error{Errc::corrupt, "stamp file: holds no stamp"};
    std::vector<CheckedStamp> checked;
    for (const auto& each : file.stamps) {
        const auto leaf = merkle::leaf_hash(digest.bytes);
        if (!merkle::is_included(leaf, each.index, each.size, each.proof, each.root))
            return Error{Errc::corrupt,
                         fmt::format("time stamp of {}: its proof does not lead from the package "
                                     "to what was stamped",
                                     each.authority)};
        auto stamp = net::check_time_stamp(each.reply, each.root, roots);
        if (!stamp)
            return Error{stamp.error().code == Errc::refused ? Errc::refused : Errc::corrupt,
                         fmt::format("time stamp of {}: {}", each.authority, stamp.error().detail)};
        checked.push_back({each.authority, *std::move(stamp)});
    }
    return checked;
}

} // namespace stillwatch::evidence
