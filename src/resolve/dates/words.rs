//! The entries of the [`Lexicon`], in simplified script.

use super::holidays::{HOLIDAYS, NUMERIC_NAMES, Rule, SOLAR_TERMS};
use super::lexicon::{DayPart, Frame, Lexicon, Word};
use super::period::{Season, Unit};
use super::when::Modifier;

/// Adds all words.
pub(super) fn add_all(lexicon: &mut Lexicon) {
    add_units(lexicon);
    add_relatives(lexicon);
    add_weeks(lexicon);
    add_parts(lexicon);
    add_holidays(lexicon);
    add_particles(lexicon);
    add_cues(lexicon);
}

fn add_units(lexicon: &mut Lexicon) {
    use Word::{Count, Unit as Name};
    lexicon.add("年 年度 学年 财年 年份", Name(Unit::Year));
    lexicon.add("月 月份", Name(Unit::Month));
    lexicon.add("日 号", Name(Unit::Day));
    lexicon.add("周 星期 礼拜", Name(Unit::Week));
    lexicon.add("季度 季", Name(Unit::Quarter));
    lexicon.add("世纪", Name(Unit::Century));
    lexicon.add("年代", Name(Unit::Decade));
    lexicon.add("点 点钟 时", Name(Unit::Clock));
    lexicon.add("天", Count(Unit::Day));
    lexicon.add("个周 个星期 个礼拜", Count(Unit::Week));
    lexicon.add("个月", Count(Unit::Month));
    lexicon.add("个季度", Count(Unit::Quarter));
    lexicon.add("个多月", Word::CountOver(Unit::Month));
    lexicon.add("个多星期 个多礼拜", Word::CountOver(Unit::Week));
    lexicon.add("个多小时", Word::CountOver(Unit::Clock));
    lexicon.add("个半月", Word::CountAndHalf(Unit::Month));
    lexicon.add("个世纪", Count(Unit::Century));
    lexicon.add("年期 年级 周年 年制 周岁 岁", Count(Unit::Clock));
    lexicon.add(
        "小时 个小时 钟头 个钟头 个钟 分钟 秒钟 秒 刻钟 分",
        Count(Unit::Clock),
    );
    lexicon.add("元年", Word::FirstYear);
    lexicon.add("农历 阴历 旧历 夏历", Word::Lunar);
    lexicon.add("正月", Word::LunarMonth(1));
    lexicon.add("冬月", Word::LunarMonth(11));
    lexicon.add("腊月", Word::LunarMonth(12));
    lexicon.add("大年", Word::LunarMonth(1));
    lexicon.add("元月 元月份", Word::NamedMonth(1));
    lexicon.add("闰", Word::Leap);
    lexicon.add("公元前 西元前 纪元前", Word::BeforeChrist);
    for (names, before_first) in [
        ("公元 西元 公历 阳历", 0),
        ("民国", 1911),
        ("令和", 2018),
        ("平成", 1988),
        ("昭和", 1925),
        ("大正", 1911),
        ("明治", 1867),
        ("宣统", 1908),
        ("光绪", 1874),
        ("同治", 1861),
        ("咸丰", 1850),
        ("道光", 1820),
        ("嘉庆", 1795),
        ("乾隆", 1735),
        ("雍正", 1722),
        ("康熙", 1661),
        ("顺治", 1643),
        ("崇祯", 1627),
        ("万历", 1572),
        ("嘉靖", 1521),
        ("永乐", 1402),
        ("洪武", 1367),
    ] {
        lexicon.add(names, Word::Era(before_first));
    }
    for (month, name) in (1..).zip([
        "january jan",
        "february feb",
        "march mar",
        "april apr",
        "may",
        "june jun",
        "july jul",
        "august aug",
        "september sept sep",
        "october oct",
        "november nov",
        "december dec",
    ]) {
        lexicon.add(name, Word::EnglishMonth(month));
    }
    lexicon.add(
        "monday mon tuesday tue tues wednesday wed thursday thu thurs friday fri saturday sat sunday sun",
        Word::EnglishWeekday,
    );
}

fn add_relatives(lexicon: &mut Lexicon) {
    use Frame::{Narrative, Publication};
    let mut add = |words, unit, shift, frame| lexicon.add(words, Word::Relative(unit, shift, frame));
    add("今年 今年度 本年 本年度", Unit::Year, 0, Publication);
    add("上年 上一年 上年度 上一年度", Unit::Year, -1, Publication);
    add("大前年", Unit::Year, -3, Publication);
    add("下一年 下年度 明年度", Unit::Year, 1, Publication);
    add("后年", Unit::Year, 2, Publication);
    add("大后年", Unit::Year, 3, Publication);
    add("同年 那年 该年 同一年 那一年 这一年", Unit::Year, 0, Narrative);
    add("当年", Unit::Year, 0, Frame::Bygone);
    add("次年 翌年 隔年", Unit::Year, 1, Narrative);
    add("这个月 这月 今个月", Unit::Month, 0, Publication);
    add("上月 上个月 上一个月", Unit::Month, -1, Publication);
    add("上上月 上上个月", Unit::Month, -2, Publication);
    add("下月 下个月 下一个月", Unit::Month, 1, Publication);
    add("下下月 下下个月", Unit::Month, 2, Publication);
    add("当月 同月 该月 同一个月 那个月", Unit::Month, 0, Narrative);
    add("次月 翌月 第二个月", Unit::Month, 1, Narrative);
    add("本季度 这季度 这个季度 这一季度", Unit::Quarter, 0, Publication);
    add(
        "上季度 上个季度 上一季度 上一个季度",
        Unit::Quarter,
        -1,
        Publication,
    );
    add(
        "下季度 下个季度 下一季度 下一个季度",
        Unit::Quarter,
        1,
        Publication,
    );
    add("上个半年", Unit::Half, -1, Publication);
    add("下个半年", Unit::Half, 1, Publication);
    add(
        "上世纪 上个世纪 上一世纪 上一个世纪",
        Unit::Century,
        -1,
        Publication,
    );
    add("本世纪 这个世纪", Unit::Century, 0, Publication);
    add("今日 今儿", Unit::Day, 0, Publication);
    add("昨天 昨日 昨儿 寻日 琴日 㖊日", Unit::Day, -1, Publication);
    add("大前天 大前日", Unit::Day, -3, Publication);
    add("大大前天", Unit::Day, -4, Publication);
    add("听日 明儿", Unit::Day, 1, Publication);
    add("大后天 大后日", Unit::Day, 3, Publication);
    add("大大后天", Unit::Day, 4, Publication);
    add("当天 同一天 同一日 同天 那天", Unit::Day, 0, Narrative);
    add("翌日 第二日 隔天 隔日", Unit::Day, 1, Narrative);
    add("前一天 前一日", Unit::Day, -1, Narrative);
    // Words that also arise across word borders: 过|去年, 说|明天, 目|前天, 日|本周.
    let mut guard_framed = |words, unit, shift, frame, not_after, not_before| {
        lexicon.add_guarded(words, Word::Relative(unit, shift, frame), not_after, not_before);
    };
    guard_framed("当日 同日", Unit::Day, 0, Narrative, "", "本");
    guard_framed("次日", Unit::Day, 1, Narrative, "", "本");
    guard_framed("第二天", Unit::Day, 1, Narrative, "续", "");
    guard_framed("第二年", Unit::Year, 1, Narrative, "续", "");
    let mut guard = |words, unit, shift, not_after, not_before| {
        guard_framed(words, unit, shift, Publication, not_after, not_before);
    };
    guard("前年", Unit::Year, -2, "目此之以日月先生空从史", "");
    guard("下年", Unit::Year, 1, "", "轻");
    guard("来年", Unit::Year, 1, "近迎往将带", "");
    guard("去年 去年度", Unit::Year, -1, "过失", "轻");
    guard("明年", Unit::Year, 1, "说表证声", "轻");
    guard("本月", Unit::Month, 0, "日基", "");
    guard("今天", Unit::Day, 0, "如", "");
    guard("本日", Unit::Day, 0, "日", "");
    guard("前天", Unit::Day, -2, "目此之以年日月周战生空", "");
    guard("前日", Unit::Day, -2, "目此之以年日月周战生空", "本军");
    guard("明天", Unit::Day, 1, "说表证声光", "");
    guard("明日", Unit::Day, 1, "说表证声", "本军方韩");
    guard("后天", Unit::Day, 2, "然先之以年日月周战", "性");
    guard("后日", Unit::Day, 2, "然先之以年日月周战", "本军");
    // The bare 昨 of Hong Kong's headlines.
    guard("昨", Unit::Day, -1, "日如", "非前");
    for (word, shift) in [("今(", 0), ("昨(", -1), ("明(", 1)] {
        lexicon.add(word, Word::Bracketed(shift));
    }
    use DayPart::{Afternoon, Evening, Morning, Night};
    for (words, shift, frame, part) in [
        ("今早 今晨", 0, Publication, Morning),
        ("今午", 0, Publication, Afternoon),
        ("今晚", 0, Publication, Evening),
        ("今夜", 0, Publication, Night),
        ("昨早 昨晨", -1, Publication, Morning),
        ("昨午", -1, Publication, Afternoon),
        ("昨晚", -1, Publication, Evening),
        ("昨夜", -1, Publication, Night),
        ("前晚", -2, Publication, Evening),
        ("明早 明晨", 1, Publication, Morning),
        ("明晚", 1, Publication, Evening),
        ("当晚 同晚", 0, Narrative, Evening),
        ("当夜", 0, Narrative, Night),
        ("翌晨 次晨", 1, Narrative, Morning),
    ] {
        lexicon.add(words, Word::DayWithPart(shift, frame, part));
    }
    use Season::{Autumn, Spring, Summer, Winter};
    for (letter, season) in [('春', Spring), ('夏', Summer), ('秋', Autumn), ('冬', Winter)] {
        for (prefix, shift) in [('今', 0), ('去', -1), ('明', 1)] {
            lexicon.add_guarded(
                &format!("{prefix}{letter}"),
                Word::YearSeason(shift, season),
                "",
                "奥",
            );
        }
        lexicon.add(&format!("{letter}季 {letter}天"), Word::Season(season));
        lexicon.add_guarded(&letter.to_string(), Word::Season(season), "", SEASON_STOP);
    }
}

/// Characters that make a bare 春 or 夏 part of another word.
const SEASON_STOP: &str = "奥晚节运分训季天雨风招装游粮耕威洛令港日衣眠泳至联秋茶";

fn add_weeks(lexicon: &mut Lexicon) {
    // 周天 is rare for Sunday, and a name.
    for (name, day) in ["一", "二", "三", "四", "五", "六", "日", "天"]
        .into_iter()
        .zip([1, 2, 3, 4, 5, 6, 7, 7])
    {
        if name != "天" {
            lexicon.add_guarded(&format!("周{name}"), Word::Weekday(day), "上下本这", "围报刊邮世");
        }
        lexicon.add_guarded(&format!("星期{name} 礼拜{name}"), Word::Weekday(day), "", "邮报");
    }
    lexicon.add("周末 星期末 礼拜末 双休日", Word::Weekend);
    for (prefixes, shift) in [
        ("上 上个 上一 上一个", -1),
        ("上上 上上个", -2),
        ("下 下个 下一 下一个", 1),
        ("下下 下下个", 2),
        ("这 这个 这一 这一个 今个 今", 0),
    ] {
        for prefix in prefixes.split(' ') {
            let words = format!("{prefix}周 {prefix}星期 {prefix}礼拜");
            lexicon.add_guarded(
                &words,
                Word::Relative(Unit::Week, shift, Frame::Publication),
                "晚早以天",
                "期边围",
            );
        }
    }
    let this = Word::Relative(Unit::Week, 0, Frame::Publication);
    lexicon.add_guarded("本周 本星期 本礼拜", this, "日基", "期刊边");
    lexicon.add("当周 同周 该周", Word::Relative(Unit::Week, 0, Frame::Narrative));
}

fn add_parts(lexicon: &mut Lexicon) {
    use Modifier::{End, Mid, Start};
    lexicon.add("上半年 前半年 头半年", Word::HalfOf(Unit::Year, 1));
    lexicon.add("下半年 后半年", Word::HalfOf(Unit::Year, 2));
    lexicon.add("上半月", Word::HalfOf(Unit::Month, 1));
    lexicon.add("下半月", Word::HalfOf(Unit::Month, 2));
    lexicon.add("上半周 前半周", Word::HalfOf(Unit::Week, 1));
    lexicon.add("下半周 后半周", Word::HalfOf(Unit::Week, 2));
    lexicon.add("上旬", Word::Third(Start));
    lexicon.add("中旬", Word::Third(Mid));
    lexicon.add("下旬", Word::Third(End));
    lexicon.add("初期 前期 早期 初年", Word::Edge(None, Start));
    lexicon.add("中期 中叶 中后期", Word::Edge(None, Mid));
    lexicon.add("末期 后期 晚期 末年 末叶", Word::Edge(None, End));
    lexicon.add("初", Word::Edge(None, Start));
    lexicon.add("底 末", Word::Edge(None, End));
    lexicon.add_guarded("中", Word::Edge(None, Mid), "", MIDDLE_STOP);
    lexicon.add("年初 岁初", Word::Edge(Some(Unit::Year), Start));
    lexicon.add("年底 年末 年终 岁末", Word::Edge(Some(Unit::Year), End));
    lexicon.add_guarded("年中", Word::Edge(Some(Unit::Year), Mid), "", MIDDLE_STOP);
    lexicon.add("月初", Word::Edge(Some(Unit::Month), Start));
    lexicon.add("月中上旬 月中下旬", Word::Edge(Some(Unit::Month), Mid));
    lexicon.add("月底 月末", Word::Edge(Some(Unit::Month), End));
    lexicon.add_guarded("月中", Word::Edge(Some(Unit::Month), Mid), "", MIDDLE_STOP);
    lexicon.add("季初 季度初", Word::Edge(Some(Unit::Quarter), Start));
    lexicon.add("季末 季度末", Word::Edge(Some(Unit::Quarter), End));
    use DayPart::{Afternoon, Evening, Midday, Morning, Night};
    lexicon.add(
        "早上 早晨 清晨 清早 上午 早间 凌晨 黎明 拂晓 大清早 一早 朝早",
        Word::Part(Morning),
    );
    lexicon.add("中午 正午 午间 晌午", Word::Part(Midday));
    lexicon.add("下午 午后 晏昼 下昼", Word::Part(Afternoon));
    lexicon.add("傍晚 晚上 晚间 黄昏", Word::Part(Evening));
    lexicon.add(
        "夜间 夜里 深夜 午夜 半夜 前半夜 后半夜 入夜 夜晚 子夜",
        Word::Part(Night),
    );
    lexicon.add_guarded("早 晨", Word::Part(Morning), "", "盘报餐期市班会年稻产就已练跑些");
    lexicon.add_guarded("晚", Word::Part(Evening), "", "宴报会餐班婚年期稻清些");
    lexicon.add_guarded("夜", Word::Part(Night), "", "宵校总景市袭");
}

/// What follows 年中 or 月中 when 中 belongs to the next word, as in 2019年中国.
const MIDDLE_STOP: &str =
    "报国方美日俄共央韩欧印东学小华文外亚非德英法越朝台港场部心期旬科山南西北医药巴间超原秋标铁石信兴";

fn add_holidays(lexicon: &mut Lexicon) {
    let third_of_third = Word::Holiday(Rule::Lunar(3, 3), 1, 1);
    lexicon.add_guarded("三月三", third_of_third, "", "日号十月");
    for holiday in HOLIDAYS {
        let word = Word::Holiday(holiday.rule, holiday.days, holiday.days_off);
        lexicon.add_guarded(holiday.names, word, "", "老树卡礼帽装联晚铃");
        if let Rule::Easter(after) = holiday.rule {
            let orthodox = Word::Holiday(Rule::OrthodoxEaster(after), holiday.days, holiday.days_off);
            let names: Vec<String> = holiday
                .names
                .split(' ')
                .flat_map(|name| [format!("东正教{name}"), format!("正教会{name}")])
                .collect();
            lexicon.add(&names.join(" "), orthodox);
        }
    }
    for &(name, rule, days_off) in NUMERIC_NAMES {
        for suffix in ["假期", "期间", "长假", "小长假", "黄金周"] {
            let words = format!("{name}{suffix} “{name}”{suffix}");
            lexicon.add(&words, Word::Holiday(rule, days_off, days_off));
        }
    }
    for (index, name) in (0..).zip(SOLAR_TERMS) {
        let rule = Rule::SolarTerm(index, 0);
        lexicon.add(&format!("{name}节气 {name}时节"), Word::Holiday(rule, 1, 1));
        lexicon.add(name, Word::WeakHoliday(rule));
    }
    // Also food and a garden.
    lexicon.add("元宵", Word::WeakHoliday(Rule::Lunar(1, 15)));
    lexicon.add("暑假", Word::Holiday(Rule::Fixed(7, 1), 62, 62));
    lexicon.add("假期 长假 小长假 黄金周 期间 假日", Word::Festive);
}

fn add_particles(lexicon: &mut Lexicon) {
    use Modifier::{After, Approx, Before, OnOrAfter, OnOrBefore};
    lexicon.add("第", Word::Ordinal);
    lexicon.add("首 首个", Word::First);
    lexicon.add("最后 末尾 最末", Word::Last);
    lexicon.add("前 头", Word::Front);
    lexicon.add("后", Word::Back);
    lexicon.add("过去 近 最近 刚过去的 过往", Word::Past);
    lexicon.add("未来 今后 接下来 往后", Word::Coming);
    lexicon.add("上", Word::Over(-1));
    lexicon.add("下", Word::Over(1));
    lexicon.add("半", Word::HalfA);
    lexicon.add("多 余 几 数 来 好几", Word::Vague);
    lexicon.add("之前 以前 前夕", Word::Bound(Before));
    lexicon.add("之后 以后 过后", Word::Bound(After));
    lexicon.add(
        "或之前 或以前 及之前 及以前 及其之前 为止 止",
        Word::Bound(OnOrBefore),
    );
    lexicon.add(
        "或之后 或以后 及之后 及以后 及其之后 起 开始",
        Word::Bound(OnOrAfter),
    );
    lexicon.add("以来 以降", Word::EverSince);
    // 截至今年.
    lexicon.add_guarded("至今 迄今 起至今", Word::EverSince, "", "年天日晚早夏春秋冬晨");
    lexicon.add("左右 前后 许 上下", Word::Bound(Approx));
    lexicon.add("内 以内 之内 间 里", Word::Within);
    lexicon.add("之间", Word::Between);
    lexicon.add("从 自 自从", Word::From);
    lexicon.add("至 到 - — – ― ~ 〜 ——", Word::To);
    lexicon.add("和 与", Word::And);
    lexicon.add("的 之", Word::Of);
    lexicon.add("每 每个 每逢 每到 每隔 逢", Word::Each);
}

fn add_cues(lexicon: &mut Lexicon) {
    lexicon.add_guarded("将", Word::Future, "即", "军领士帅近");
    lexicon.add(
        "将于 将在 将会 即将 将要 拟 拟于 计划 预计 预定 预料 定于 定在 原定 有望 届时",
        Word::Future,
    );
    lexicon.add_guarded("预期", Word::Future, "及超于合乎", "");
    lexicon.add(
        "准备 打算 可望 距离 安排在 限期 最迟 最快 力争 下一场 接下来 倒计时",
        Word::Future,
    );
    lexicon.add(
        "已 已经 曾 曾经 随后 其后 后来 当时 了 刚刚 此前 早前 先前",
        Word::Done,
    );
    lexicon.add(
        "表示 称 说 传出 宣布 指出 透露 报道 公布 发布 发表 强调 认为 介绍 通报 证实 警告 呼吁 签署 通过",
        Word::Saying,
    );
}
