// SPDX-License-Identifier: GPL-3.0-or-later
// What the page itself says. The verifier's own sentences come from the words.toml of its rooms, with the answer.

export const LANGUAGES = ["en", "zh"];

export const TEXTS = {
  title: ["Check an erase certificate", "核验擦除证书"],
  subtitle: [
    "This page is the whole verifier. It works without a network, and nothing you give it leaves this device.",
    "本页面就是完整的核验程序。无需联网，您提供的任何内容都不会离开本设备。",
  ],
  other_language: ["中文", "English"],

  "boot.unpack": ["Unpacking the verifier …", "正在解包核验程序……"],
  "boot.start": ["Starting the verifier …", "正在启动核验程序……"],
  "boot.load": ["Loading the checks …", "正在载入检查项目……"],
  "boot.ready": ["Ready", "已就绪"],
  "boot.broken": ["The verifier could not start.", "核验程序无法启动。"],
  "boot.next": [
    "Open this file in a current Chromium, Chrome or Edge on a computer, or run `proofwipe verify FILE`. This says nothing about the certificate.",
    "请在电脑上用新版 Chromium、Chrome 或 Edge 打开本文件，或运行 `proofwipe verify FILE`。这不代表证书有问题。",
  ],
  "boot.detail": ["What the browser said", "浏览器给出的信息"],

  "phone.title": ["The phone in your hand", "您手中的手机"],
  "phone.why": [
    "The commonest fraud is a true certificate of another phone. Dial *#06# on the phone itself and type the IMEI it shows: not the one on a box, a sticker or the paper.",
    "最常见的欺诈，是拿另一台手机的真证书来冒充。请在手机上拨打 *#06#，输入屏幕显示的 IMEI；不要用包装盒、贴纸或证书上的号码。",
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
    "Skipped: the answer will say that no phone was compared.",
    "已跳过：结果中会注明未与手机比对。",
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
    "A name on a certificate proves nothing until you hold the issuer's root certificate (root.pem) from a source of your own. Without it the best answer is CANNOT TELL.",
    "在您通过可靠途径取得签发方的根证书（root.pem）之前，证书上的名称不能证明什么；没有它，最好的结果也只是“无法判断”。",
  ],
  "trust.more": [
    "Also of use: log policy, revocation lists, time-stamp certificate (tsa.pem), status file of the log; for a printed page organisation.pem and station.pem.",
    "还可添加：日志策略、吊销列表、时间戳证书（tsa.pem）、日志状态文件；核验纸质证书需添加 organisation.pem 和 station.pem。",
  ],
  "trust.add": ["Add files of the issuer …", "添加签发方文件……"],
  "trust.none": ["No issuer is trusted yet.", "尚未信任任何签发方。"],
  "trust.remember": ["Remember on this device", "在本设备上记住"],
  "trust.remove": ["Remove {name}", "移除 {name}"],
  "trust.bad": ["{name} cannot be used: {why}", "{name} 无法使用：{why}"],
  "trust.compare": [
    "Compare this fingerprint with the issuer by another way:",
    "请通过其他途径与签发方核对此指纹：",
  ],
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
  "answer.failed": [
    "The page itself failed while checking. This says nothing about the certificate. Reload the page and try again, or run `proofwipe verify FILE`.",
    "核验过程中页面自身出错。这不代表证书有问题。请重新载入页面再试，或运行 `proofwipe verify FILE`。",
  ],
  "answer.again": ["Check another paper", "核验另一份证书"],
  "word.VALID": ["VALID", "有效"],
  "word.NOT VALID": ["NOT VALID", "无效"],
  "word.CANNOT TELL": ["CANNOT TELL", "无法判断"],
  "word.SPECIMEN": ["SPECIMEN", "样本"],
  "word.REPORT": ["REPORT", "报告"],
  "word.CODE GENUINE": ["CODE GENUINE", "二维码属实"],

  "device.same": ["The phone you typed is the phone on this paper.", "您输入的手机就是证书上的手机。"],
  "device.other": ["The phone you typed is not the phone on this paper.", "您输入的手机不是证书上的手机。"],
  "device.not": [
    "No phone was compared. Before you buy, dial *#06# on the phone and compare.",
    "未与手机比对。购买前请在手机上拨打 *#06# 进行核对。",
  ],
  "answer.next": ["What to do", "怎么办"],
  "device.unreached": [
    "The phone was not compared, because the paper failed before.",
    "证书此前已未通过检查，因此未与手机比对。",
  ],

  // Where the verifier's sentence speaks of a command line, the page says it for itself.
  "sentence.E_UNTRUSTED": [
    "The file is unchanged, but its issuer is not among those you trust.",
    "文件未被更改，但签发方不在您信任的名单中。",
  ],
  "next.E_UNTRUSTED": [
    "Get root.pem from the issuer itself, compare its fingerprint by another way, then add it above.",
    "请直接向签发方索取 root.pem，并经其他途径核对指纹，然后在上方添加。",
  ],
  "next.E_LOG_UNKNOWN": [
    "Get the issuer's log policy from the issuer itself and add it above.",
    "请直接向签发方索取其日志策略，并在上方添加。",
  ],
  "next.W_LOG_UNKNOWN": [
    "Get the issuer's log policy from the issuer itself and add it above.",
    "请直接向签发方索取其日志策略，并在上方添加。",
  ],
  "next.W_STATUS_STALE": [
    "Get a new status file from the issuer, add it above and check again.",
    "请向签发方索取新的状态文件，在上方添加后再次核验。",
  ],
  "next.W_NO_STATUS": [
    "Get the status file of the issuer's log and add it above: this page looks nothing up.",
    "请取得签发方日志的状态文件，并在上方添加；本页面不查询网络。",
  ],
  "next.W_NO_REVOCATION": [
    "Get the issuer's newest revocation lists and add them above.",
    "请取得签发方最新的吊销列表，并在上方添加。",
  ],
  "next.W_TIMESTAMP_UNKNOWN": [
    "Get the certificate of the time-stamping authority (tsa.pem) and add it above.",
    "请取得时间戳机构的证书（tsa.pem），并在上方添加。",
  ],
  "paper_only.CODE GENUINE": [
    "A station of the issuer signed what the code says. Compare it with the page: only what stands below is proven, the rest of the page is not.",
    "二维码内容确由签发方的工位签署。请与纸面核对：只有下列内容得到证明，纸面其余内容未经证明。",
  ],
  "paper_only.SPECIMEN": [
    "A specimen from a demonstration with virtual phones. It proves nothing about any phone.",
    "这是用虚拟手机演示产生的样本，不能证明任何手机的状态。",
  ],
  "paper_only.P_NO_STATION": [
    "The code can be read, but not who signed it. Add the issuer's station.pem, organisation.pem and root.pem above, or ask for the PDF.",
    "二维码可以读取，但无法确认由谁签署。请在上方添加签发方的 station.pem、organisation.pem 和 root.pem，或索取 PDF。",
  ],
  "paper_only.E_UNTRUSTED": [
    "A station signed what the code says, but nothing ties that station to a root you trust. Add root.pem and organisation.pem of the issuer above.",
    "二维码内容由某个工位签署，但该工位与您信任的根证书之间没有联系。请在上方添加签发方的 root.pem 和 organisation.pem。",
  ],
  "paper_only.E_QR": [
    "The code is damaged, or its signature is not of the station it names.",
    "二维码已损坏，或其签名不属于所写的工位。",
  ],
  "paper_only.E_EXPIRED": [
    "It was issued at a time at which the station's certificate was not valid.",
    "签发时工位证书不在有效期内。",
  ],
  "paper_only.E_REVOKED": [
    "The key that signed this code has been revoked, and a code alone does not prove that it was made before. The PDF may.",
    "签署此二维码的密钥已被吊销，仅凭二维码无法证明它是在吊销之前生成的；PDF 文件或可证明。",
  ],
  "paper_only.E_FUTURE": [
    "It claims to be issued in the future. Check this device's clock.",
    "签发时间在未来。请检查本设备的时钟。",
  ],
  "paper_only.E_DEVICE": [
    "The code names another phone. If *#06# shows two IMEIs, also try the other one before you decide.",
    "二维码所写的是另一部手机。如果 *#06# 显示两个 IMEI，请先试另一个号码再作判断。",
  ],
  "paper_only.limits": [
    "From the code alone it cannot be told: whether the page around it is the one that was issued, what evidence there is, and whether the certificate was withdrawn since. The PDF answers the first two.",
    "仅凭二维码无法得知：它周围的页面是否为签发时的页面、有哪些证据、证书此后是否被撤回。前两项可由 PDF 回答。",
  ],
  "paper_only.report": ["It is a report, not a certificate.", "这是报告，不是证书。"],

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
  "issuer.unverified": ["(unverified: its root is not pinned)", "（未核实：未信任其根证书）"],
  "issuer.specimen": ["(specimen)", "（样本）"],
  "summary.validated": ["Validated by", "验证人"],
  "summary.attempt": ["Attempt on this phone", "该手机第几次任务"],
  "summary.log": ["Log", "日志"],
  "summary.seen": ["Proven to exist since (UTC)", "可证明的最早存在时间（UTC）"],
  "summary.station": ["Station", "工位"],
  "summary.method": ["Erase (NIST SP 800-88)", "擦除（NIST SP 800-88）"],
  "summary.level": ["Evidence", "证据等级"],
  "summary.usability": ["Grade", "等级"],
  "summary.reasons": ["Why no certificate", "未签发证书的原因"],
  "summary.certificate": ["Certificate", "证书"],
  "summary.report": ["Report", "报告"],
  "method.clear": ["Clear", "清除（Clear）"],
  "method.purge": ["Purge", "净化（Purge）"],
  "method.none": ["none claimed", "未声明"],
  "level.none": ["no erase", "未擦除"],
  "level.E0": ["E0: only commanded", "E0：仅下达命令"],
  "level.E1": ["E1: factory state was seen", "E1：观察到出厂状态"],
  "level.E2": ["E2: this phone's data were replaced", "E2：该手机的数据已被替换"],
  "level.E3": ["E3: E2, and the keys were destroyed", "E3：E2，且密钥已销毁"],

  "checks.title": ["Every check", "全部检查项目"],
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
  "check.rules": ["Erase, level and grade follow from the evidence", "擦除、等级与评级均由证据得出"],
  "check.validation": ["The validator's own signature stands", "验证人本人的签名有效"],
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
