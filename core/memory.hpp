#pragma once

namespace stillwatch {

// From now on memory of a megabyte and more goes back to the system when it is freed. Without this glibc
// keeps what bodies of 33 MB once needed (it raises its threshold as it goes, mallopt(3)). For the whole
// process.
void give_large_blocks_back() noexcept;

} // namespace stillwatch
