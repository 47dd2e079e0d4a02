// Checks one delivery, as receivers.py wrote it, with the library that receivers use.
// Arguments: FILE SECRET. Prints the payload; ends with 1 and the reason when it does not verify.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const [file, secret] = process.argv.slice(2);
const delivery = JSON.parse(readFileSync(file, "utf8"));
try {
    const payload = new Webhook(secret).verify(Buffer.from(delivery.body, "base64").toString("utf8"), delivery.headers);
    console.log(JSON.stringify(payload));
} catch (error) {
    console.error(error.message);
    process.exit(1);
}
