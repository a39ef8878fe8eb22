// SPDX-License-Identifier: GPL-3.0-or-later
// What the page itself says. The verifier's own sentences come from the words.toml of its rooms, with the answer.

export const LANGUAGES = ["en", "zh"];

export const TEXTS = {
  title: ["Check an erase certificate", "核验清除证书"],
  subtitle: [
    "This page is the whole verifier. It works without a network, and nothing you give it leaves this device.",
    "本页面就是完整的核验程序。无需联网，您提供的任何内容都不会离开本设备。",
  ],
  other_language: ["Chinese / 中文", "English"],

  "boot.unpack": ["Unpacking the verifier …", "正在解包核验程序……"],
  "boot.start": ["Starting the verifier …", "正在启动核验程序……"],
  "boot.load": ["Loading the checks …", "正在载入检查项目……"],
  "boot.ready": ["Ready", "已就绪"],
  "boot.broken": ["The verifier could not start.", "核验程序无法启动。"],
  "boot.next": [
    "Open this file in a current Firefox, Chromium, Chrome or Edge on a computer, or run `proofwipe verify FILE`. This says nothing about the certificate.",
    "请在电脑上用新版 Firefox、Chromium、Chrome 或 Edge 打开本文件，或运行 `proofwipe verify FILE`。这不代表证书有问题。",
  ],
  "boot.detail": ["What the browser said", "浏览器给出的信息"],

  "phone.which": ["Phone: {phone}", "手机：{phone}"],
  "phone.title": ["The phone in your hand", "您手中的手机"],
  "phone.why": [
    "A common fraud is a real certificate of a different phone. Dial *#06# on the phone itself and type the IMEI it shows: not the one on a box, a sticker or the paper.",
    "常见的欺诈，是拿另一台手机的真证书来冒充。请在手机上拨打 *#06#，输入屏幕显示的 IMEI；不要用包装盒、贴纸或证书上的号码。",
  ],
  "phone.label": ["IMEI from *#06#, or serial number", "*#06# 显示的 IMEI，或序列号"],
  "phone.go": ["Compare with this phone", "与此手机比对"],
  "phone.skip": ["I do not have the phone here", "手机不在身边"],
  "phone.wrong": [
    "This is no IMEI (15 digits, the last one a check digit) and no serial number. Look again.",
    "这不是 IMEI（15 位，末位为校验位），也不是序列号。请再核对一次。",
  ],
  "phone.given": ["Will be compared with {number}", "将与 {number} 比对"],
  "phone.skipped": [
    "Skipped for now: the phone must still be compared.",
    "暂时跳过：之后仍须与手机比对。",
  ],
  "phone.change": ["Change", "修改"],

  "paper.title": ["The paper", "证书"],
  "paper.drop": ["Drop the PDF here", "将 PDF 拖到此处"],
  "paper.locked": ["First answer the question above.", "请先回答上面的问题。"],
  "paper.choose": ["Choose a PDF …", "选择 PDF……"],
  "paper.only": ["Only a printed page?", "只有纸质证书？"],
  "paper.photo": ["Photo of the QR code …", "二维码照片……"],
  "paper.camera": ["Scan with the camera", "用摄像头扫描"],
  "paper.stop": ["Stop the camera", "停止摄像"],
  "paper.aim": ["Hold the QR code of the paper before the camera.", "请将证书上的二维码对准摄像头。"],
  "paper.nocamera": [
    "The camera cannot be used here. Take a photo of the code and choose it as a file.",
    "此处无法使用摄像头。请拍摄二维码照片，然后选择该文件。",
  ],
  "paper.nocode": [
    "No QR code was found in the picture. Take it again: straight from above, sharp, the code as large as possible.",
    "图片中未找到二维码。请重新拍摄：正对纸面，清晰，二维码尽量占满画面。",
  ],
  "paper.othercode": [
    "The QR code is none of a proofwipe paper.",
    "该二维码不属于 proofwipe 证书。",
  ],
  "paper.unreadable": ["This file could not be read.", "无法读取该文件。"],
  "paper.toolarge": ["This file is larger than any certificate.", "该文件大于任何证书文件。"],
  "paper.pdf": ["PDF: {name}", "PDF：{name}"],
  "paper.code": ["QR code of a printed page", "纸质证书上的二维码"],

  "trust.title": ["The issuer", "签发方"],
  "trust.why": [
    "A name on a certificate proves nothing. Get root.pem from the issuer's own website, which you look up yourself: https://THAT-SITE/.well-known/proofwipe/",
    "证书上的名称不能证明什么。请自行找到签发方自己的网站，从 https://该网站/.well-known/proofwipe/ 取得 root.pem。",
  ],
  "trust.more_title": ["Which files?", "哪些文件？"],
  "trust.more": [
    "Needed: root.pem. Also of use: log policy, revocation lists, time-stamp certificate (tsa.pem), status file of the log; for a QR code alone also what lies in for-codes (organisation.pem and the certificates of the stations).",
    "必需：root.pem。还可添加：日志策略、吊销列表、时间戳证书（tsa.pem）、日志状态文件；仅有二维码时还需要 for-codes 中的文件（organisation.pem 和各工位的证书）。",
  ],
  "trust.add": ["Add files of the issuer …", "添加签发方文件……"],
  "trust.none": ["No issuer is trusted yet.", "尚未信任任何签发方。"],
  "trust.remember": ["Remember on this device", "在本设备上记住"],
  "trust.remove": ["Remove {name}", "移除 {name}"],
  "trust.bad": ["{name} cannot be used: {why}", "{name} 无法使用：{why}"],
  "trust.compare": [
    "Twelve words of this root. The issuer's own website must show the same:",
    "该根证书的十二个字，签发方自己的网站上应显示同样的字：",
  ],
  "trust.fingerprint": ["In Chinese, and as SHA-256", "英文单词和 SHA-256"],
  "source.title": ["From whom did you get this root.pem?", "这个 root.pem 是从哪里得到的？"],
  "source.site": ["From the issuer's own website, which I found myself", "签发方自己的网站，由我自行找到"],
  "source.issuer": [
    "I compared the twelve words with the issuer: on its website, by telephone, in person",
    "我已与签发方核对这十二个字：通过其网站、电话或当面",
  ],
  "source.seller": ["From the seller, or together with the certificate", "卖家提供，或与证书一起得到"],
  "source.unknown": ["I do not know any more", "不记得了"],
  "source.seller.means": [
    "A root.pem from the seller proves nothing: whoever forges a certificate also makes a root.pem that fits it.",
    "卖家提供的 root.pem 不能证明什么：伪造证书的人也会制作与之相配的 root.pem。",
  ],
  "source.unknown.means": [
    "Then it proves nothing yet: it may be from the seller.",
    "那么它暂时不能证明什么：它可能来自卖家。",
  ],
  "source.instead": [
    "Look up the issuer's own website yourself, open https://THAT-SITE/.well-known/proofwipe/index.txt and compare the twelve words of the root, or ask the issuer by telephone.",
    "请自行找到签发方自己的网站，打开 https://该网站/.well-known/proofwipe/index.txt 核对根证书的十二个字，或打电话询问签发方。",
  ],
  "sentence.source.unasked": [
    "Nothing speaks against it, but a root.pem counts only if it is not from the seller.",
    "未发现问题，但只有并非来自卖家的 root.pem 才算数。",
  ],
  "sentence.source.seller": [
    "A root.pem from the seller proves nothing: whoever forges a certificate also makes a root.pem that fits it.",
    "卖家提供的 root.pem 不能证明什么：伪造证书的人也会制作与之相配的 root.pem。",
  ],
  "sentence.source.unknown": [
    "A root.pem of unknown origin proves nothing yet: it may be from the seller.",
    "来历不明的 root.pem 暂时不能证明什么：它可能来自卖家。",
  ],
  "next.source.unasked": ["Say from whom you have root.pem.", "请说明 root.pem 的来历。"],
  "trust.root": ["Root", "根证书"],
  "trust.organisation": ["Organisation", "机构证书"],
  "trust.station": ["Station", "工位证书"],
  "trust.stamper": ["Time-stamping authority", "时间戳机构"],
  "trust.list": ["Revocation list", "吊销列表"],
  "trust.policy": ["Log policy", "日志策略"],
  "trust.status": ["Status file of a log", "日志状态文件"],
  "trust.trouble": ["The files of the issuer cannot be used together: {why}", "签发方文件无法一起使用：{why}"],
  "trust.": ["Of no use here", "在此无用"],
  "trust.until": ["valid until {until}", "有效期至 {until}"],

  "answer.title": ["The answer", "结果"],
  "answer.busy": ["Checking …", "正在核验……"],
  "answer.waiting": [
    "The paper is there; it is checked as soon as the verifier is ready.",
    "已收到证书；核验程序就绪后立即核验。",
  ],
  "answer.failed_title": ["Do not rely on it yet: the page itself failed", "请暂勿采信：页面自身出错"],
  "given.title": ["What you gave: phone, paper, issuer", "您提供的内容：手机、文件、签发方"],
  "answer.failed": [
    "The page itself failed while checking. This says nothing about the certificate. Reload the page and try again, or run `proofwipe verify FILE`.",
    "核验过程中页面自身出错。这不代表证书有问题。请重新载入页面再试，或运行 `proofwipe verify FILE`。",
  ],
  "answer.again": ["Check another paper", "核验另一份证书"],

  // Where the verifier's sentence speaks of a command line, the page says it for itself.
  "sentence.E_UNTRUSTED": [
    "The file is unchanged, but its issuer is not among those you trust.",
    "文件未被更改，但签发方不在您信任的名单中。",
  ],
  "next.E_UNTRUSTED": [
    "Get root.pem from the issuer's own website, which you look up yourself, and add it here: https://THAT-SITE/.well-known/proofwipe/",
    "请自行找到签发方自己的网站，从 https://该网站/.well-known/proofwipe/ 取得 root.pem，然后在此添加。",
  ],
  "next.E_LOG_UNKNOWN": [
    "Get the issuer's log policy from the issuer itself and add it on this page.",
    "请直接向签发方索取其日志策略，并在本页添加。",
  ],
  "next.W_LOG_UNKNOWN": [
    "Get the issuer's log policy from the issuer itself and add it on this page.",
    "请直接向签发方索取其日志策略，并在本页添加。",
  ],
  "next.W_STATUS_STALE": [
    "Get a new status file from the issuer, add it on this page.",
    "请向签发方索取新的状态文件，在本页添加。",
  ],
  "next.W_NO_STATUS": [
    "Get the status file of the issuer's log and add it on this page: this page looks nothing up.",
    "请取得签发方日志的状态文件，并在本页添加；本页面不查询网络。",
  ],
  "next.W_NO_REVOCATION": [
    "Get the issuer's newest revocation lists and add them on this page.",
    "请取得签发方最新的吊销列表，并在本页添加。",
  ],
  "next.W_TIMESTAMP_UNKNOWN": [
    "Get the certificate of the time-stamping authority (tsa.pem) and add it on this page.",
    "请取得时间戳机构的证书（tsa.pem），并在本页添加。",
  ],
  "paper_only.limits": [
    "From the code alone it cannot be told: whether the page around it is the one that was issued, what evidence there is, and whether the certificate was withdrawn since. The PDF answers the first two.",
    "仅凭二维码无法得知：它周围的页面是否为签发时的页面、有哪些证据、证书此后是否被撤回。前两项可由 PDF 回答。",
  ],

  "warnings.title": ["Keep in mind", "请注意"],
  "summary.title": ["What the record says", "记录内容"],
  "summary.code": ["What the code says", "二维码内容"],
  "summary.hidden": [
    "Nothing of it is shown, because the paper is not valid: what it says cannot be relied on.",
    "由于证书无效，其内容不可信，因此不予显示。",
  ],
  "summary.id": ["Number", "编号"],
  "summary.kind": ["Paper", "文件"],
  "summary.phone": ["Phone", "手机"],
  "summary.imei": ["IMEI ends in", "IMEI 末四位"],
  "summary.serial": ["Serial number ends in", "序列号末四位"],
  "summary.issued": ["Issued (UTC)", "签发时间（UTC）"],
  "summary.issuer": ["Issuer", "签发方"],
  "issuer.pinned": ["(you trust its root)", "（您信任其根证书）"],
  "issuer.unverified": ["(unverified: its root is not pinned)", "（未核验：未信任其根证书）"],
  "issuer.specimen": ["(specimen)", "（样本）"],
  "summary.validated": ["Validated by", "复核员"],
  "summary.attempt": ["Attempt on this phone", "该手机第几次任务"],
  "summary.log": ["Log", "日志"],
  "summary.seen": ["Proven to exist since (UTC)", "可证明的最早存在时间（UTC）"],
  "summary.station": ["Station", "工位"],
  "summary.method": ["Erase (NIST SP 800-88)", "清除（NIST SP 800-88）"],
  "summary.level": ["Evidence", "证据等级"],
  "summary.attestation": ["Beside it", "并列"],
  "summary.usability": ["Grade", "等级"],
  "summary.reasons": ["Why no certificate", "未签发证书的原因"],
  "summary.certificate": ["Certificate", "证书"],
  "summary.report": ["Report", "报告"],
  "method.clear": ["Clear", "清除（Clear）"],
  "method.purge": ["Purge", "净化（Purge）"],
  "method.none": ["none claimed", "未声明"],
  "level.none": ["no erase", "未清除"],
  "level.E0": ["E0: only commanded", "E0：仅下达命令"],
  "level.E1": ["E1: factory state was seen", "E1：观察到出厂状态"],
  "level.E2": ["E2: this phone's data were replaced", "E2：该手机的数据已被替换"],
  "attestation.valid": [
    "A: hardware says that the phone booted locked and verified; not which phone, and nothing of data",
    "A：硬件表明手机以锁定、经校验的状态启动；不指明是哪部手机，也不证明数据已清除",
  ],
  "level.E3": ["E3: E2, and the keys were destroyed", "E3：E2，且密钥已销毁"],

  "checks.title": ["Every check", "全部检查项目"],
  "checks.verifier": ["The verifier's word: {word} {code}", "核验程序的结论：{word} {code}"],
  "checks.rest": ["{count} further checks were not reached.", "另有 {count} 项检查未进行。"],
  "state.passed": ["passed", "通过"],
  "state.failed": ["failed", "未通过"],
  "state.indeterminate": ["in doubt", "存疑"],
  "state.unmade": ["not made", "未进行"],
  "check.structure": ["One file as it was issued: nothing added, cut off or saved again", "文件为签发原样：无添加、截断或另存"],
  "check.coverage": ["The signature covers the whole file", "签名覆盖整个文件"],
  "check.container": ["The signature holds nothing that does not belong there", "签名容器中没有多余内容"],
  "check.integrity": ["Nothing was changed since it was signed", "签名后未被更改"],
  "check.chain": ["Signed by a station of an organisation", "由机构的工位签署"],
  "check.trust": ["The issuer leads to a root you trust", "签发方可追溯到您信任的根证书"],
  "check.attachments": ["Carries the record it must carry, well formed", "附有规定的记录，且格式正确"],
  "check.edition": ["Its edition of the rules is known here", "本页认识其所依据的规则版本"],
  "check.issuer": ["Signed by who the record names", "签署者与记录一致"],
  "check.specimen": ["Real phone and real key, or both of a demonstration", "真实手机配真实密钥，演示配样本密钥"],
  "check.time": ["Issued while the signer's certificates were valid", "签发时签署者的证书有效"],
  "check.time-stamp": ["The time stamp of an independent authority", "独立机构的时间戳"],
  "check.revocation": ["No certificate of the signer was revoked before", "签署者的证书此前未被吊销"],
  "check.rules": ["Erase, level and grade follow from the evidence", "清除、等级与评级均由证据得出"],
  "check.validation": ["The validator's own signature stands", "复核员本人的签名有效"],
  "check.statement": ["The QR code says what the record says", "二维码与记录一致"],
  "check.openings": ["Disclosed details belong to this record", "公开的细节属于该记录"],
  "check.page": ["The page, drawn again from the record, is the same", "由记录重新绘制的页面与原件一致"],
  "check.log": ["Entered in a public log", "已登记于公开日志"],
  "check.bounds": ["The times agree with log and time stamp", "时间与日志、时间戳一致"],
  "check.status": ["Not withdrawn or replaced", "未被撤回或替换"],
  "check.device": ["The phone in hand is the phone on the paper", "手中的手机就是证书上的手机"],

  "limits.title": ["What no certificate can tell", "任何证书都无法说明的事"],
  "limits.text": [
    "It describes the phone that answered under these identifiers at this time. It cannot exclude earlier copies, removed cards, cloud data, lying firmware, later use, or a dishonest issuer.",
    "证书描述的是当时以这些标识应答的手机，无法排除此前的副本、已取出的卡、云端数据、作假的固件、此后的使用，或不诚实的签发方。",
  ],
  "limits.offline": [
    "This page looks nothing up. Of a later withdrawal or revocation it knows only what the files you add tell.",
    "本页面不查询网络。对于此后的撤回或吊销，它只知道您所添加的文件中的内容。",
  ],
  "footer.same": [
    "The same verifier as the command `proofwipe verify`, running in this browser.",
    "与命令 `proofwipe verify` 相同的核验程序，在本浏览器中运行。",
  ],
};

/** The page's text for a key; the key itself where there is none. */
export function text(language, key, facts = {}) {
  const found = TEXTS[key]?.[language === "zh" ? 1 : 0] ?? key;
  return found.replace(/\{([a-z]+)\}/g, (_, name) => facts[name] ?? "");
}
