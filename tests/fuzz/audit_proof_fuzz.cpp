#include "control/audit_tree.hpp"
#include "tests/fuzz/claim.hpp"
#include "vault/signed_note.hpp"

#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using namespace stillwatch::control;
using stillwatch::fuzz::claim;

// Proofs and checkpoints come from whoever wants us to believe them. Nobody here has the key's secret, so
// nothing may hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const vault::VerifyKey key{};
    claim(!check_proof(text, key), "nothing is proven without a signature");
    claim(!open_checkpoint(text, key), "no checkpoint is ours");
    if (const auto checkpoint = read_checkpoint(text)) {
        const auto again = read_checkpoint(write_checkpoint(*checkpoint));
        claim(again && *again == *checkpoint, "a checkpoint that was read can be written");
    }
    return 0;
}
