// How to check the log with tools that are not ours: exact commands with this log's own address, name and key filled in.
// The same commands stand in docs/audit.md; a test runs those that need nothing but what every machine has.

import { GO_PROGRAM } from './go-program.ts';

export type AuditedLog = {
  /** Such as `https://veche.example/log/v1`. */
  readonly url: string;
  /** Its name, as the first line of every checkpoint has it. */
  readonly origin: string;
  /** Its key, as text. */
  readonly vkey: string;
};

export type Tool = {
  /** Key of its texts: `audit.<id>`, `audit.<id>.text`. */
  readonly id: 'hand' | 'openssl' | 'python' | 'go' | 'tessera' | 'litewitness' | 'omniwitness' | 'ours';
  readonly commands: string;
  /** False: written from the tool's own documentation, and never run by us. */
  readonly tried: boolean;
};

/** Text in single quotes for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export const toolsFor = (log: AuditedLog): readonly Tool[] => [
  { id: 'hand', tried: true, commands: byHand(log) },
  { id: 'openssl', tried: true, commands: byOpenssl(log) },
  { id: 'python', tried: true, commands: byPython(log) },
  { id: 'go', tried: true, commands: byGo(log) },
  { id: 'tessera', tried: true, commands: byTessera(log) },
  { id: 'litewitness', tried: false, commands: byLitewitness(log) },
  { id: 'omniwitness', tried: false, commands: byOmniwitness(log) },
  { id: 'ours', tried: true, commands: byOurs(log) },
];

const byHand = ({ url }: AuditedLog): string => `LOG=${quoted(url)}
N=0    # the number of the record
SIZE=$(curl -s $LOG/checkpoint | sed -n 2p)
# records lie in files of 256; the last file says how many it holds
T=$((N / 256)); W=$((SIZE - T * 256)); R=$((T / 1000)); P=$(printf %03d $((T % 1000)))
while [ $R -gt 0 ]; do P=x$(printf %03d $((R % 1000)))/$P; R=$((R / 1000)); done
[ $W -ge 256 ] || P=$P.p/$W
curl -s $LOG/tile/entries/$P > bundle
# each record stands after its length in two bytes
length() { od -An -tu1 -j$1 -N2 bundle | awk '{print $1 * 256 + $2}'; }
AT=0; I=0
while [ $I -lt $((N % 256)) ]; do AT=$((AT + 2 + $(length $AT))); I=$((I + 1)); done
tail -c +$((AT + 3)) bundle | head -c $(length $AT) > record
cat record; echo
# the hash of the record, and the hash that the log has for it: the two must be the same
(printf '\\0'; cat record) | sha256sum | cut -c1-64
curl -s $LOG/tile/0/$P | tail -c +$((N % 256 * 32 + 1)) | head -c 32 | od -An -v -tx1 | tr -d ' \\n'; echo`;

const byOpenssl = ({ url, vkey }: AuditedLog): string => `LOG=${quoted(url)}
KEY=${quoted(vkey)}
# the key as openssl reads it: twelve bytes that say "Ed25519", then the last 32 bytes of ours
(printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; echo "\${KEY#*+*+}" | base64 -d | tail -c 32) > key.der
curl -s $LOG/checkpoint > note
# what is signed stands above the empty line, the log's own signature below it
sed '/^$/,$d' note > text
grep -F "— \${KEY%%+*} " note | tail -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > signature
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature`;

const byPython = ({ url }: AuditedLog): string => `cat > root.py <<'END'
import base64, hashlib, sys, urllib.request
get = lambda path: urllib.request.urlopen(sys.argv[1] + '/' + path).read()
sha = lambda data: hashlib.sha256(data).digest()
size, root = get('checkpoint').decode().split('\\n')[1:3]
size, stack = int(size), []
def name(n):
    text = '%03d' % (n % 1000)
    while n >= 1000: n //= 1000; text = 'x%03d/' % (n % 1000) + text
    return text
for n in range((size + 255) // 256):
    width, at = min(256, size - n * 256), 0
    data = get('tile/entries/' + name(n) + ('' if width == 256 else '.p/%d' % width))
    for _ in range(width):
        end = at + 2 + int.from_bytes(data[at:at + 2], 'big')
        leaves, hash, at = 1, sha(b'\\0' + data[at + 2:end]), end
        while stack and stack[-1][0] == leaves:
            leaves, hash = 2 * leaves, sha(b'\\1' + stack.pop()[1] + hash)
        stack.append((leaves, hash))
hash = stack.pop()[1]
while stack: hash = sha(b'\\1' + stack.pop()[1] + hash)
same = base64.b64encode(hash).decode() == root
print(size, 'records lead to', 'the signed root' if same else 'ANOTHER ROOT')
sys.exit(0 if same else 1)
END
python3 root.py ${quoted(url)}`;

const byGo = ({ url, vkey }: AuditedLog): string => `mkdir audit && cd audit && cat > main.go <<'END'
${GO_PROGRAM}END
go mod init audit && go get golang.org/x/mod@latest
go run . ${quoted(url)} ${quoted(vkey)}`;

const byTessera = ({ url, vkey }: AuditedLog): string => `printf %s ${quoted(vkey)} > vkey
# ends with "Successfully fsck'd log"; a file that is wrong shows as Invalid
go run github.com/transparency-dev/tessera/cmd/fsck@latest --storage_url=${quoted(`${url}/`)} --public_key=vkey --ui=false --v=1`;

const byLitewitness = ({
  origin,
  vkey,
}: AuditedLog): string => `go install filippo.io/torchwood/cmd/litewitness@latest filippo.io/torchwood/cmd/witnessctl@latest
ssh-keygen -t ed25519 -N '' -f litewitness.pem
ssh-agent -a litewitness.sock
SSH_AUTH_SOCK=litewitness.sock ssh-add litewitness.pem
witnessctl add-log -db litewitness.db -origin ${quoted(origin)}
witnessctl add-key -db litewitness.db -origin ${quoted(origin)} -key ${quoted(vkey)}
litewitness -db litewitness.db -name my-house.example/witness -key "$(ssh-keygen -lf litewitness.pem.pub | cut -d ' ' -f 2)" -listen localhost:7380`;

const byOmniwitness = ({ url, origin, vkey }: AuditedLog): string => `cat > logs.yaml <<'END'
Logs:
  - Origin: ${origin}
    URL: ${url}/
    PublicKey: ${vkey}
    Feeder: tiles
END
go run github.com/transparency-dev/witness/cmd/generate_keys@main --origin my-house.example/witness --out_priv witness.key --out_pub witness.pub
go run github.com/transparency-dev/witness/cmd/omniwitness@main --private_key_path witness.key --db_file witness.db --additional_logs logs.yaml`;

const byOurs = ({ url, vkey }: AuditedLog): string => `printf '%s\\n' ${quoted(vkey)} > vkey
# derive the whole log anew from its records, and check every signature
npm run verify -- fsck --log ${quoted(url)} --vkey vkey --signatures
# follow it from now on, and be told when it forks, shrinks or stands still
npm run verify -- watch --log ${quoted(url)} --vkey vkey --state my.state`;
